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
    notFound(response);
    return;
  }
  response.setHeader('x-content-type-options', 'nosniff');
  // A page of another site may show the video, as the link says.
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  if (url.searchParams.has('download')) {
    response.setHeader('content-disposition', `attachment; filename="${key}"`);
  }
  send(request, key, { root: directory, index: false, dotfiles: 'deny', immutable: true, maxAge: '1y' })
    .on('error', (error: { status?: number; headers?: Record<string, string> }) => {
      if (error.status === 416) refuseRange(response, error.headers?.['Content-Range'] ?? 'bytes */*');
      else notFound(response);
    })
    .pipe(response);
}

/** RFC 9110, 15.5.17: the answer tells the size, so that the client can ask better. */
function refuseRange(response: ServerResponse, contentRange: string): void {
  response.removeHeader('content-disposition');
  response
    .writeHead(416, { 'content-type': 'application/json', 'content-range': contentRange })
    .end('{"error":"The Range lies outside the file."}');
}

function notFound(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.removeHeader('content-disposition');
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"There is no such file."}');
}
