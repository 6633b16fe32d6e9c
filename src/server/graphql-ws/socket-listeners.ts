import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { closeWaitMs, type Connection } from './connection.ts';
import { parseJson } from '../graphql-http/params.ts';
import { utf8Text } from '../body/utf8.ts';

/** A message that is no UTF-8 (RFC 6455, 8.1): the graphql-ws client does not try again. */
const notText = 1007;

/** Parameters that are "" are absent, as on every transport; graphql-ws would close the socket for them. */
function withoutEmpty(message: string): string {
  if (!/"(?:variables|extensions)"\s*:\s*""/.test(message)) return message;
  const parsed = parseJson(message);
  const payload = isObject(parsed) ? parsed['payload'] : undefined;
  if (!isObject(payload)) return message;
  for (const name of ['variables', 'extensions']) if (payload[name] === '') delete payload[name];
  return JSON.stringify(parsed);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** What a socket calls. */
export type SocketListeners = ReturnType<typeof socketListeners>;

/** One function of each kind for all sockets: ws calls them with the socket as `this`. */
export function socketListeners(
  connections: ReadonlyMap<WebSocket, Connection>,
  log: Logger,
  closed: (connection: Connection, code: number, reason: string) => void,
) {
  return {
    // ws closes by itself after an error, with the code that fits (1009 for a message over the limit).
    error(this: WebSocket, error: Error) {
      log.debug({ err: error }, 'a socket failed');
      connections.get(this)?.cutSoon(closeWaitMs);
    },
    pong(this: WebSocket) {
      const connection = connections.get(this);
      if (connection !== undefined) connection.alive = true;
    },
    // ws has answered it; unread answers wait like any others.
    ping(this: WebSocket) {
      connections.get(this)?.keepPace();
    },
    message(this: WebSocket, data: Buffer) {
      const connection = connections.get(this);
      // What comes after our close is read for the sake of its answer only.
      if (connection === undefined || !connection.isOpen) return;
      connection.noteMessage(data.length);
      // ws looks at text frames itself, and closes alike; binary ones are text here too.
      const text = utf8Text(data);
      if (text === null) {
        connection.close(notText, 'Messages must be UTF-8 text');
        return;
      }
      // In a promise from the first step on: what a listener throws would end the process.
      Promise.try(() => connection.receive(withoutEmpty(text))).catch((error: unknown) => {
        // graphql-ws tells what only a server says from other faults by its text alone.
        if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
          connection.close(CloseCode.BadRequest, error.message);
          return;
        }
        if (error instanceof RangeError) {
          // What a ping carries is sent back: JSON is read to any depth, and not written so.
          connection.close(CloseCode.BadRequest, 'Invalid message received');
          return;
        }
        log.error({ err: error }, 'a message could not be handled');
        connection.close(CloseCode.InternalServerError, 'Internal server error');
      });
    },
    close(this: WebSocket, code: number, reason: Buffer) {
      const connection = connections.get(this);
      if (connection !== undefined) closed(connection, code, reason.toString());
    },
  };
}
