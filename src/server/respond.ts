import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { codedError, type ErrorCode } from '../schema/errors.ts';
import type { Refusal } from './identity.ts';

/** Headers of every response: it is of the type that it names, and only pages of this origin may embed it. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const;

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

/** Answers a caller whose credential is missing or not accepted. */
export function respondUnauthenticated(
  response: ServerResponse,
  { refusal }: Refusal,
  headers: OutgoingHttpHeaders = {},
  path: string | null = null,
): void {
  const challenged = { ...headers, 'www-authenticate': 'Bearer' };
  respondError(response, 401, 'UNAUTHENTICATED', refusal, challenged, path);
}

/** Whether a path is one of the seed's REST calls, which have `{"error":"…"}` where GraphQL has errors. */
export const isVeo31 = (path: string | null): boolean => path?.startsWith('/veo31/') ?? false;

/** Answers an error: in the shape of a GraphQL one, or of the REST calls where the path is one of theirs. */
export function respondError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: OutgoingHttpHeaders = {},
  path: string | null = null,
): void {
  respondJson(
    response,
    status,
    isVeo31(path) ? { error: message } : { errors: [codedError(code, message)] },
    headers,
  );
}
