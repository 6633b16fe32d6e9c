import type { OutgoingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../../schema/errors.ts';

/** The refusal of a request: status, code and message for the caller. Each route writes it in its own shape. */
export class RequestRefusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, code: ErrorCode, message: string, headers: OutgoingHttpHeaders = {}) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.headers = headers;
  }
}

/** 400: the input is invalid. */
export const badInput = (message: string): RequestRefusal => new RequestRefusal(400, 'BAD_INPUT', message);

/** 413: the request has too many bytes. */
export const tooLarge = (message: string): RequestRefusal =>
  new RequestRefusal(413, 'LIMIT_EXCEEDED', message);

/** 415: the type or encoding of the body is not supported. */
export const unsupportedType = (message: string): RequestRefusal =>
  new RequestRefusal(415, 'BAD_INPUT', message);

/** What the HTTP parser could not read, by the code of its error, with the status that Node gives it. */
export function unreadable(parserCode: string | undefined): RequestRefusal {
  if (parserCode === 'HPE_HEADER_OVERFLOW')
    return new RequestRefusal(431, 'LIMIT_EXCEEDED', 'The headers of the request are too long.');
  return parserCode === 'HPE_CHUNK_EXTENSIONS_OVERFLOW'
    ? tooLarge('The chunk extensions of the request are too long.')
    : badInput('The request is not valid HTTP/1.1.');
}

/** 408: the client does not complete a request in time. */
export const tooSlow = (what: 'headers' | 'body'): RequestRefusal =>
  new RequestRefusal(408, 'LIMIT_EXCEEDED', `The request ${what} arrived too slowly. Send it again.`);

/** 429 for an owner, 503 for all together: more waits in memory for the other side than the limits allow. */
export const tooMuchWaits = (isOwners: boolean): RequestRefusal =>
  isOwners
    ? new RequestRefusal(
        429,
        'LIMIT_EXCEEDED',
        'Too many bytes of your connections wait in memory: requests that are not complete, or responses that are not read.',
      )
    : new RequestRefusal(503, 'LIMIT_EXCEEDED', 'Too many bytes wait in memory. Try again in a moment.');

/** The message for bytes that are not UTF-8. */
export const notUtf8 = 'The request must be encoded in UTF-8.';
