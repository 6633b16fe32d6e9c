import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { closes } from './close-codes.ts';
import type { LoopSlices } from '../../time/loop-slices.ts';
import { closeWaitMs, type Connection } from './connection.ts';
import { parseJson } from '../../graphql/params.ts';
import { utf8Text } from '../body/utf8.ts';

/**
 * A message as graphql-ws accepts it, which closes the socket of a client that leaves parameters out in another way
 * than it does: "" is absent, as on every transport, and the hash of a persisted query may take the place of the query.
 * Such an operation gets its `error` like any other.
 */
function acceptable(message: string): string {
  if (!/"(?:variables|extensions)"\s*:\s*""|"persistedQuery"/.test(message)) return message;
  const parsed = parseJson(message);
  const payload = isObject(parsed) ? parsed['payload'] : undefined;
  if (!isObject(payload)) return message;
  for (const name of ['variables', 'extensions']) if (payload[name] === '') delete payload[name];
  const { extensions } = payload;
  if (isObject(extensions) && Object.hasOwn(extensions, 'persistedQuery')) payload['query'] ??= '';
  return JSON.stringify(parsed);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * A message of a MB takes some ms. Those of many sockets may become complete in one iteration of the event loop, and
 * longer ones than this then wait for others, in bytes.
 */
const longMessage = 32_768;

/** The listeners of a socket. */
export type SocketListeners = ReturnType<typeof socketListeners>;

/** One listener of each kind for all sockets: ws calls them with the socket as `this`. */
export function socketListeners(
  connections: ReadonlyMap<WebSocket, Connection>,
  slices: LoopSlices,
  log: Logger,
  closed: (connection: Connection, code: number, reason: string) => void,
) {
  const handle = (connection: Connection, data: Buffer) => {
    // After a close of ours, only the client's answer to it matters.
    if (!connection.isOpen) return;
    connection.messageBytes = data.length;
    // ws checks text frames itself, and closes with the same code; binary ones are text here too.
    const text = utf8Text(data);
    if (text === null) {
      connection.closeWith(closes.notText);
      return;
    }
    // In a promise from the first step on: an error thrown by a listener would end the process.
    Promise.try(() => connection.receive(acceptable(text))).catch((error: unknown) => {
      // graphql-ws marks messages that only a server may send by this text alone.
      if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
        connection.closeWith({ ...closes.badRequest, reason: error.message });
        return;
      }
      if (error instanceof RangeError) {
        // The payload of a ping is sent back: JSON is parsed at any depth, but not serialized.
        connection.closeWith(closes.badRequest);
        return;
      }
      log.error({ err: error }, 'a message could not be handled');
      connection.closeWith(closes.internalError);
    });
  };
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
    // ws has answered it; unread pongs wait like any other message.
    ping(this: WebSocket) {
      connections.get(this)?.keepPace();
    },
    message(this: WebSocket, data: Buffer) {
      const connection = connections.get(this);
      if (connection === undefined || !connection.isOpen) return;
      connection.noteMessage();
      const { owner } = connection;
      // Before the acknowledgement a few KB are read at most.
      if (owner !== null && (connection.hasDeferred || !slices.hasTime())) {
        if (connection.hasDeferred || data.length > longMessage) {
          connection.defer(
            data,
            () => slices.next(owner),
            (message) => handle(connection, message),
          );
          return;
        }
        connection.rest(slices.next(owner));
      }
      handle(connection, data);
    },
    close(this: WebSocket, code: number, reason: Buffer) {
      const connection = connections.get(this);
      if (connection !== undefined) closed(connection, code, reason.toString());
    },
  };
}
