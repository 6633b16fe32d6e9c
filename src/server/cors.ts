import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { PageGuard } from './page-guard.ts';
import { commonHeaders } from './respond.ts';

/** What every answer says, and what it tells the browser of a page of another origin. */
export function answerHeaders(guard: PageGuard, request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined && request.method === 'POST') return commonHeaders;
  return origin !== undefined && guard.allowsOrigin(origin, request)
    ? { ...varied, 'access-control-allow-origin': origin }
    : varied;
}

/** For caches, which keep what GET answers. */
const varied: OutgoingHttpHeaders = { ...commonHeaders, vary: 'origin' };

/** Answers a browser that asks what a page of another origin may do. */
export function respondPreflight(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  response.writeHead(204, {
    ...headers,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, last-event-id',
    'access-control-max-age': '600',
  });
  response.end();
}
