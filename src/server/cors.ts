import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageGuard } from './page-guard.ts';

/**
 * Tells the browser what a page of another origin may do; answers the question itself, if the request is one.
 *
 * @returns whether the request is answered
 */
export function answersPreflight(
  guard: PageGuard,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin !== undefined && guard.allowsOrigin(origin, request)) {
    response.setHeader('access-control-allow-origin', origin);
  }
  if (request.method !== 'OPTIONS') return false;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, last-event-id');
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
  return true;
}
