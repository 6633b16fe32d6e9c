import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { codedError, type ErrorCode } from '../../schema/errors.ts';
import type { Refusal } from '../auth/identity.ts';
import type { RequestRefusal } from './refusal.ts';

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

/** How long what a refused client still sends is read and thrown away, so that it can read why. */
const lingerMs = 1000;

/**
 * Answers JSON. A refusal of a request whose body was not read ends its connection, since the rest of the body would
 * have to be read first: after a moment, because closing at once would reset what is on its way to the client.
 */
export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = JSON.stringify(body);
  const { req: request } = response;
  if (status < 400 || request.complete || !hasBody(request)) {
    response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(text);
    return;
  }
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.write(text);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.once('end', end).once('close', end).resume();
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

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

/** Answers a refusal in the same shape. */
export function respondRefusal(
  response: ServerResponse,
  { status, code, message, headers }: RequestRefusal,
  common: OutgoingHttpHeaders = {},
): void {
  respondError(response, status, code, message, { ...common, ...headers });
}
