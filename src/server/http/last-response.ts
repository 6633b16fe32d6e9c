import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { codedError } from '../../schema/errors.ts';
import { Deadline } from '../../time/deadline.ts';
import { RequestRefusal } from './refusal.ts';

/**
 * The time for which a client may read the last response of a connection, while what it goes on sending is thrown away,
 * in milliseconds: closing at once would reset what is on its way to it.
 */
export const lastReadMs = 1000;

/** Headers of the last response of a connection, in JSON. */
export const lastHeaders = (text: string) =>
  ({
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }) as const;

/** Writes a refusal where there is no request to respond to, and closes the connection in a moment. */
export function endWith(socket: Socket, refusal: RequestRefusal): void {
  const { status } = refusal;
  const body = textOf(refusal);
  const headers = Object.entries(lastHeaders(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers.join('')}\r\n${body}`);
  const cut = setTimeout(() => socket.destroy(), lastReadMs);
  socket.once('close', () => clearTimeout(cut));
}

const tooManyRequests = new RequestRefusal(
  429,
  'LIMIT_EXCEEDED',
  'The connection has too many requests without a response. Read responses before you send more, and send this one again.',
);

/**
 * Answers 429 to the first of the requests that are too many on their connection, and ends it after that. The responses
 * before it have `waitMs` to be written: one of events may never end.
 */
export function refusePipelined(socket: Socket, response: ServerResponse, waitMs: number): void {
  const text = textOf(tooManyRequests);
  response.writeHead(tooManyRequests.status, lastHeaders(text)).write(text);
  const cut = new Deadline(waitMs, () => socket.destroy());
  let ending: NodeJS.Timeout | undefined;
  response.once('socket', () => {
    cut[Symbol.dispose]();
    socket.resume();
    ending = setTimeout(() => response.end(), lastReadMs);
  });
  socket.once('close', () => {
    cut[Symbol.dispose]();
    clearTimeout(ending);
  });
}

/** In the shape of a GraphQL result. */
const textOf = ({ code, message }: RequestRefusal): string =>
  JSON.stringify({ errors: [codedError(code, message)] });
