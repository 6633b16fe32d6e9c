import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

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

/** Answers JSON as Kie does: `application/json;charset=UTF-8`, compressed for who asks for it, behind Cloudflare. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  sendText(response, JSON.stringify(body), 'application/json;charset=UTF-8', status, headers);
}

/** Answers a page of HTML, as gateways and expired links do. */
export function sendHtml(response: ServerResponse, status = 200): void {
  sendText(response, htmlPage, 'text/html; charset=utf-8', status);
}

/** Answers any text. */
export function sendText(
  response: ServerResponse,
  text: string,
  contentType: string,
  status = 200,
  headers: Record<string, string> = {},
): void {
  const isGzip = /\bgzip\b/.test(response.req.headers['accept-encoding'] ?? '');
  response.writeHead(status, {
    'content-type': contentType,
    'cf-cache-status': 'DYNAMIC',
    ...(isGzip ? { 'content-encoding': 'gzip', vary: 'accept-encoding' } : {}),
    ...headers,
  });
  response.end(isGzip ? gzipSync(text) : text);
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

/** Sends the first half of the bytes under the length of the whole, then cuts the connection. */
export function cutInTheMiddle(
  response: ServerResponse,
  bytes: Uint8Array,
  status: number,
  headers: Record<string, string>,
): void {
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** Reads a request's body; undefined if it is larger than `maxBytes` or was broken off. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The client broke off: there is nobody left to answer.
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** Reads a body that should be a JSON object; undefined for anything else. */
export async function readJsonObject(
  request: IncomingMessage,
  maxBytes = 1024 * 1024,
): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(request, maxBytes);
  if (body === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is an object with members, not null and not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** User-Agents that HTTP libraries send by default, and none at all: what Kie's bot filter refuses (client reports). */
export function isLibraryUserAgent(userAgent: string | undefined): boolean {
  return (
    !userAgent ||
    /^(node|undici|axios|got|curl|wget|python|go-http-client|java|okhttp|ruby)\b/i.test(userAgent)
  );
}
