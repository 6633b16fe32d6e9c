import type { OutgoingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../../schema/errors.ts';

/** Why a request is not carried out, as its caller is told. Each route gives it its own shape. */
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

/** 400: the input itself is wrong. */
export const badInput = (message: string): RequestRefusal => new RequestRefusal(400, 'BAD_INPUT', message);

/** 413: more bytes than are read. */
export const tooLarge = (message: string): RequestRefusal =>
  new RequestRefusal(413, 'LIMIT_EXCEEDED', message);

/** 415: the body is of a type that nothing here reads. */
export const unsupportedType = (message: string): RequestRefusal =>
  new RequestRefusal(415, 'BAD_INPUT', message);

/** What is told of bytes that are no text. */
export const notUtf8 = 'The request must be UTF-8 text: send it in that encoding.';
