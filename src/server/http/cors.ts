import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { PageGuard } from '../auth/page-guard.ts';
import { commonHeaders } from './respond.ts';

/** Headers of every response to pages of `CORS_ORIGINS`: the common ones, and the CORS headers of an allowed origin. */
export function headersForListedPages(guard: PageGuard, request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined && request.method === 'POST') return commonHeaders;
  return origin !== undefined && guard.allowsOrigin(origin, request)
    ? { ...varied, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
    : varied;
}

/** For caches, which keep responses to GET. */
const varied: OutgoingHttpHeaders = { ...commonHeaders, vary: 'origin' };

/** Headers of every response that pages of all sites may read. No credential is read there. */
export const headersForEveryPage = {
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const;

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Answers a preflight for a path of listed pages. A page that may call the API may send any header: clients, tracing
 * and error reporting add names that no list foresees.
 *
 * @param headers those of `headersForListedPages`
 */
export function respondListedPreflight(
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
    // A public page that calls a server on the user's own machine or network needs this too.
    ...(asked['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
  });
  response.end();
}

/** Answers a preflight for a path that pages of all sites may read. */
export function respondOpenPreflight({ headers: asked }: IncomingMessage, response: ServerResponse): void {
  const names = asked['access-control-request-headers'];
  response.writeHead(204, {
    ...headersForEveryPage,
    'access-control-allow-methods': 'GET, HEAD',
    ...(names !== undefined && { 'access-control-allow-headers': names }),
    'access-control-max-age': '86400',
    vary: 'access-control-request-headers',
  });
  response.end();
}
