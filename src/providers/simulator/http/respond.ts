import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** Sends a text, compressed for clients that accept it, with the headers that Cloudflare adds. */
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

/** Reads a request's body; undefined if it is larger than `maxBytes` or was cut. */
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
    // The client is gone: no response can reach it.
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

/** True if a parsed value is an object with members, not null and not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  sendText(response, JSON.stringify(body), 'application/json;charset=UTF-8', status, headers);
}

/** Sends HTTP 404, as a gateway writes it for a path that does not exist. */
export function sendNotFound(response: ServerResponse): void {
  sendJson(response, { code: 404, msg: 'Not Found' }, 404);
}
