import type { ServerResponse } from 'node:http';
import { sendJson, sendText } from '../http/respond.ts';

/** Names of gRPC codes by HTTP status (Google's API design guide). */
const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const messages: Readonly<Record<number, string>> = {
  401: 'Request had invalid authentication credentials.',
  403: 'The caller does not have permission.',
  429: 'Resource exhausted, please try again later.',
};

/** An error in Google's envelope. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(
    response,
    { error: { code: status, message, status: statuses[status] ?? 'UNKNOWN' } },
    status,
    headers,
  );
}

/** A bare HTTP status as this API writes it; 429 and 503 with `Retry-After`, 502 as an HTML page. */
export function sendStatus(response: ServerResponse, status: number, retryAfterSeconds: string): void {
  if (status === 502) return sendPage(response, 502);
  const headers = status === 429 || status === 503 ? { 'retry-after': retryAfterSeconds } : {};
  sendError(response, status, messages[status] ?? 'The service is currently unavailable.', headers);
}

/** A page of HTML, as a gateway answers. */
export function sendPage(response: ServerResponse, status = 200): void {
  sendText(response, '<!DOCTYPE html><html><title>Error</title></html>', 'text/html; charset=UTF-8', status);
}
