import type { Socket } from 'node:net';

/** The parser of a connection, as `node:http` keeps it. */
interface WithParser extends Socket {
  readonly parser?: { onIncoming?: (request: unknown, keepAlive: boolean) => number } | null;
}

/** The code of errors of the parser that `ignoreRest` causes. */
export const ignoredRestCode = 'HPE_CB_HEADERS_COMPLETE';

/**
 * Lets the HTTP parser of a connection stop at the next request, also in the middle of what was read by now. The server
 * then emits `clientError` with `ignoredRestCode`, and again with each further read; responses are written as before.
 *
 * Nothing documented stops it: a paused or destroyed socket is parsed to the end of the read, which is 64 KB.
 */
export function ignoreRest(socket: Socket): void {
  const { parser } = socket as WithParser;
  if (parser) parser.onIncoming = refuse;
}

/** What the parser takes for a failure of its caller. */
const refuse = (): number => -1;
