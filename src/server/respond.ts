import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { codedError, type ErrorCode } from '../schema/errors.ts';

/** What every answer says: it is of the type that it names, whatever it looks like. */
export const commonHeaders = { 'x-content-type-options': 'nosniff' } as const;

/** Sets headers for whoever answers later. */
export function setHeaders(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

/** Answers JSON. */
export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What a stranger is told to do. */
export const sendKey = 'Send "authorization: Bearer KEY" with a key of this server.';

/** Answers a stranger. */
export function respondUnauthenticated(response: ServerResponse, headers: OutgoingHttpHeaders = {}): void {
  respondError(response, 401, 'UNAUTHENTICATED', sendKey, { ...headers, 'www-authenticate': 'Bearer' });
}

/** Answers an error in the shape of a GraphQL one, wherever it happens. */
export function respondError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: OutgoingHttpHeaders = {},
): void {
  respondJson(response, status, { errors: [codedError(code, message)] }, headers);
}
