import type { ServerResponse } from 'node:http';
import { sendJson, sendText } from '../http/respond.ts';

/** Codes of the Interactions API by HTTP status (Google's page of its API errors, 2026). */
const codes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'authentication',
  402: 'payment_required',
  403: 'permission_denied',
  404: 'not_found',
  429: 'rate_limit_exceeded',
  500: 'internal',
  503: 'unavailable',
};

/** Statuses that Google's front end writes, which has codes as numbers. */
const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** An error of the Interactions API: its code is a string (live reports, 2026-10). */
export function sendError(response: ServerResponse, status: number, message: string, code?: string): void {
  sendJson(response, { error: { message, code: code ?? codes[status] ?? 'unknown' } }, status);
}

/** An error of Google's front end and of the classic API: its code is the HTTP status. */
export function sendClassicError(
  response: ServerResponse,
  status: number,
  message: string,
  reason?: string,
): void {
  const details = reason === undefined ? {} : { details: [{ reason, domain: 'googleapis.com' }] };
  const error = { code: status, message, status: statuses[status] ?? 'UNKNOWN', ...details };
  sendJson(response, { error }, status);
}

/** A page of HTML, as a gateway answers. */
export function sendPage(response: ServerResponse, status = 200): void {
  sendText(response, '<!DOCTYPE html><html><title>Error</title></html>', 'text/html; charset=UTF-8', status);
}

/** A bare HTTP status as this API writes it; 429 and 503 with `Retry-After`. */
export function sendStatus(response: ServerResponse, status: number, retryAfterSeconds: string): void {
  if (status === 502) return sendPage(response, 502);
  const message =
    status === 429 ? 'You exceeded your current quota.' : 'The service is currently unavailable.';
  const headers = status === 429 || status === 503 ? { 'retry-after': retryAfterSeconds } : {};
  sendJson(response, { error: { message, code: codes[status] ?? 'unknown' } }, status, headers);
}
