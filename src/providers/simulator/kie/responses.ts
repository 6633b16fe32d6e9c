import type { ServerResponse } from 'node:http';
import { sendJson, sendText } from '../http/respond.ts';

/** Kie's envelope; `data` is left out only where Kie leaves it out (recorded Kie traffic, 2026-04 to 08). */
export interface Envelope {
  readonly code: number;
  readonly msg: string;
  readonly data?: unknown;
}

const htmlPage =
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

/** The envelope of success. */
export function ok(data: unknown): Envelope {
  return { code: 200, msg: 'success', data };
}

/** The envelope of an application error: it comes with HTTP 200 and null data (recorded Kie traffic, 2026-08). */
export function refused(code: number, msg: string): Envelope {
  return { code, msg, data: null };
}

/** Answers a page of HTML, as gateways and expired links do. */
export function sendHtml(response: ServerResponse, status = 200): void {
  sendText(response, htmlPage, 'text/html; charset=utf-8', status);
}

/** Answers a bare HTTP status with the body that belongs to it. */
export function sendStatus(response: ServerResponse, status: number, retryAfterSeconds: number): void {
  if (status === 403) return sendText(response, 'error code: 1010', 'text/plain; charset=UTF-8', 403);
  if (status === 429) {
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return sendJson(response, refused(429, 'Rate limit exceeded'), 429, headers);
  }
  if (status === 500) {
    const msg = 'Server Error - An unexpected error occurred while processing the request';
    return sendJson(response, refused(500, msg), 500);
  }
  return sendHtml(response, status);
}

/** User-Agents that HTTP libraries send by default, and none at all: what Kie's bot filter refuses (client reports). */
export function isLibraryUserAgent(userAgent: string | undefined): boolean {
  return (
    !userAgent ||
    /^(node|undici|axios|got|curl|wget|python|go-http-client|java|okhttp|ruby)\b/i.test(userAgent)
  );
}

// Kie docs, 2026-06: messages of the body codes. 402, 433, 451, 455, 501 and 505 were never captured: those texts are ours.
const messages: Readonly<Record<string, string>> = {
  400: 'Your prompt was flagged by Website as violating content policies.',
  '400-language': 'Only English prompts are supported at this time.',
  '400-image':
    'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  '400-unsafe': 'public error unsafe image upload.',
  // As clients report them, 2026-10.
  '400-model': 'veo-3-1 is no longer available',
  '404-model': 'Page does not exist or is not published',
  '422-model': 'Page does not exist or is not published',
  401: 'You do not have access permissions',
  402: 'The current credits are insufficient. Please top up.',
  404: 'Task not found',
  408: 'Upstream is currently experiencing service issues. No result has been returned for over 10 minutes.',
  422: 'Please enter prompt',
  // Live, 2026.
  429: 'Your call frequency is too high. Please try again later.',
  433: 'The usage of this sub-key exceeds its limit.',
  451: 'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  455: 'The website is under maintenance.',
  500: 'Server Error - An unexpected error occurred while processing the request',
  501: 'Video generation task failed',
  505: 'This feature is currently disabled.',
};

/** The envelope of a body code, given as `422` or, where one code has several meanings, as `400-image`. */
export function refusal(code: string): Envelope {
  const number = Number.parseInt(code, 10);
  const msg = messages[code] ?? 'error';
  // An authentication error is the one that carries no `data` at all (Kie docs, 2026-06).
  return number === 401 ? { code: number, msg } : refused(number, msg);
}
