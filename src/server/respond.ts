import type { ServerResponse } from 'node:http';
import { codedError, type ErrorCode } from '../schema/errors.ts';

/** Answers JSON. */
export function respondJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What a stranger is told to do. */
export const sendKey = 'Send "authorization: Bearer KEY" with a key of this server.';

/** Answers a stranger. */
export function respondUnauthenticated(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  respondError(response, 401, 'UNAUTHENTICATED', sendKey);
}

/** Answers an error in the shape of a GraphQL one, wherever it happens. */
export function respondError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
): void {
  respondJson(response, status, { errors: [codedError(code, message)] });
}
