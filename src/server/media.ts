import type { Stats } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import send from 'send';

/** A key as the archive makes it: 128 random bits and the kind of file. */
const keyShape = /^[\w-]{22}\.[a-z0-9]{2,5}$/;

/**
 * Serves a finished video. Its key is the permission, so a copied link and `<video src>` work.
 * Range, conditional requests and HEAD are send's matter.
 */
export function serveMedia(
  directory: string,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void {
  if (!keyShape.test(key)) {
    refuse(response, 404);
    return;
  }
  response.setHeader('x-content-type-options', 'nosniff');
  // A page of another site may show the video, as the link says.
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  // What a key stands for never changes, so the key is a strong validator and a reload need not fetch again.
  response.setHeader('etag', `"${key}"`);
  delete request.headers['cache-control'];
  delete request.headers.pragma;
  if (url.searchParams.has('download')) {
    response.setHeader('content-disposition', `attachment; filename="${key}"`);
  }
  send(request, key, { root: directory, index: false, dotfiles: 'deny', immutable: true, maxAge: '1y' })
    .on('file', (_path: string, { size }: Stats) => {
      // RFC 9110, 14.1.2: the last N bytes of a shorter file are the whole of it. range-parser refuses them.
      const [, suffix] = /^bytes=-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      if (suffix !== undefined && Number(suffix) > size) request.headers.range = 'bytes=0-';
    })
    .on('error', (error: { status?: number; headers?: Record<string, string> }) => {
      refuse(response, error.status ?? 404, error.headers?.['Content-Range']);
    })
    .pipe(response);
}

const refusals: Readonly<Record<number, string>> = {
  404: 'There is no such file.',
  412: 'The file is not as the request wants it.',
  // RFC 9110, 15.5.17: the answer tells the size, so that the client can ask better.
  416: 'The Range lies outside the file.',
};

/** A refusal is not the file: nothing of the file's headers stays on it. */
function refuse(response: ServerResponse, status: number, contentRange?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of ['cache-control', 'content-disposition', 'etag', 'last-modified']) {
    response.removeHeader(name);
  }
  const told = status in refusals ? status : 404;
  response
    .writeHead(told, {
      'content-type': 'application/json',
      ...(contentRange !== undefined && { 'content-range': contentRange }),
    })
    .end(JSON.stringify({ error: refusals[told] }));
}
