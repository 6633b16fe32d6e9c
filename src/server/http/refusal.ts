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

/** The message for bytes that are not UTF-8. */
export const notUtf8 = 'The request must be encoded in UTF-8.';
