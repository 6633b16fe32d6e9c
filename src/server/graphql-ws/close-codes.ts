import { CloseCode } from 'graphql-ws';

/** A code and the reason that goes with it. */
export interface Close {
  readonly code: number;
  /** A close frame has 123 bytes for it; the connection shortens it. */
  readonly reason: string;
}

/**
 * Every code with which this server closes a WebSocket. Codes below 4000 are those of RFC 6455 and its registry, the
 * others those of graphql-transport-ws. After 1001 and 1013 clients reconnect, after the others they do not.
 *
 * graphql-ws itself closes with 4400 (a message that is not valid), 4401 (an operation before the acknowledgement),
 * 4406 (another subprotocol), 4409 (an id that is in use) and 4429 (a second initialisation); `ws` closes with 1002 and
 * 1009 (a message over the limit).
 */
export const closes = {
  /** The server shuts down. */
  goingAway: { code: 1001, reason: 'Going away' },
  notText: { code: 1007, reason: 'Messages must be UTF-8 text' },
  /** A client that is not acknowledged yet sends more than a credential needs. */
  greetingTooBig: { code: 1009, reason: 'Too much before connection_init was acknowledged' },
  keysUnavailable: { code: 1013, reason: 'Keys unavailable' },
  tooManySockets: { code: 1013, reason: 'Too many sockets' },
  /** More waits in memory for the client, or of its messages, than the limits allow. */
  tooMuchWaiting: { code: 1013, reason: 'Too much waits to be read' },
  stalled: { code: 1013, reason: 'The reader stalled' },
  noPong: { code: 1013, reason: 'No answer to a ping' },
  badRequest: { code: CloseCode.BadRequest, reason: 'Invalid message received' },
  /** The reason is that of the authentication. */
  unauthorized: { code: CloseCode.Unauthorized, reason: 'Unauthorized' },
  /** The credential expired after the acknowledgement. */
  expired: { code: CloseCode.Forbidden, reason: 'Expired' },
  initTimeout: {
    code: CloseCode.ConnectionInitialisationTimeout,
    reason: 'Connection initialisation timeout',
  },
  internalError: { code: CloseCode.InternalServerError, reason: 'Internal server error' },
} as const satisfies Record<string, Close>;
