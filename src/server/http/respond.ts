import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { StorageError } from '../../media/storage-error.ts';
import { codedError, faultMessage, type ErrorCode } from '../../schema/errors.ts';
import type { Refusal } from '../auth/identity.ts';
import { KeysUnavailableError } from '../auth/published-keys.ts';
import { lastHeaders, lastReadMs } from './last-response.ts';
import type { RequestRefusal } from './refusal.ts';

/** Headers of every response: it is of the type that it names, and only pages of this origin may embed it. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Sets headers that the response will have, whichever handler writes it. */
export function setHeaders(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

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
  response.writeHead(status, { ...headers, ...lastHeaders(text) }).write(text);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lastReadMs);
  request.once('end', end).once('close', end).resume();
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Answers a caller whose credential is missing or not accepted. */
export function respondUnauthenticated(
  response: ServerResponse,
  { refusal }: Refusal,
  headers: OutgoingHttpHeaders = {},
  shape: ErrorShape = 'graphql',
): void {
  const challenged = { ...headers, 'www-authenticate': 'Bearer' };
  respondError(response, 401, 'UNAUTHENTICATED', refusal, challenged, shape);
}

/** Formats of errors: as a GraphQL result, `{"errors":[…]}`, or as `{"error":"…"}`. */
export type ErrorShape = 'graphql' | 'rest';

/** Answers an error in the shape of the route. */
export function respondError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: OutgoingHttpHeaders = {},
  shape: ErrorShape = 'graphql',
): void {
  respondJson(
    response,
    status,
    shape === 'rest' ? { error: message } : { errors: [codedError(code, message)] },
    headers,
  );
}

/** Answers a refusal in the same shape. */
export function respondRefusal(
  response: ServerResponse,
  { status, code, message, headers }: RequestRefusal,
  common: OutgoingHttpHeaders = {},
  shape: ErrorShape = 'graphql',
): void {
  respondError(response, status, code, message, { ...common, ...headers }, shape);
}

/** Answers a request whose handler failed: 503 while trying again may help, otherwise 500. Reports no detail. */
export function respondFault(
  response: ServerResponse,
  error: unknown,
  headers: OutgoingHttpHeaders,
  shape: ErrorShape,
): void {
  const isTemporary = error instanceof KeysUnavailableError || error instanceof StorageError;
  const message =
    error instanceof KeysUnavailableError
      ? 'The credential cannot be checked at the moment. Try again.'
      : faultMessage(error);
  respondError(response, isTemporary ? 503 : 500, 'INTERNAL', message, headers, shape);
}
