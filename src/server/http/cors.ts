import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { PageGuard } from '../auth/page-guard.ts';
import { commonHeaders } from './respond.ts';

/** Headers of every response, and what the browser of a page of another origin needs to know. */
export function answerHeaders(guard: PageGuard, request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined && request.method === 'POST') return commonHeaders;
  return origin !== undefined && guard.allowsOrigin(origin, request)
    ? { ...varied, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
    : varied;
}

/** For caches, which keep what GET answers. */
const varied: OutgoingHttpHeaders = { ...commonHeaders, vary: 'origin' };

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Answers a preflight. A page that may call the API may send any header: clients, tracing and error reporting add
 * names that no list foresees.
 *
 * @param headers those of `answerHeaders`
 */
export function respondPreflight(
  { headers: asked }: IncomingMessage,
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
): void {
  if (headers['access-control-allow-origin'] === undefined) {
    response.writeHead(204, headers).end();
    return;
  }
  const names = (asked['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
  const allowed = new Set([
    'authorization',
    'content-type',
    ...names.filter((name) => headerName.test(name)),
  ]);
  response.writeHead(204, {
    ...headers,
    vary: 'origin, access-control-request-headers',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': [...allowed].join(', '),
    'access-control-max-age': '600',
    // A public page that asks a server on the user's own machine or network needs this too.
    ...(asked['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
  });
  response.end();
}
