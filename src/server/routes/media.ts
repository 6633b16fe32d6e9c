import type { Stats } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import send from 'send';
import type { MediaFiles } from '../../media/media-files.ts';
import { StorageError } from '../../media/storage-error.ts';
import { respondJson, setHeaders } from '../http/respond.ts';

/** A key as the archive makes it: 128 random bits and the kind of file. */
const keyShape = /^[\w-]{22}\.[a-z0-9]{2,5}$/;

/** For pages of any site: the key is the permission, and no credential is read. */
const openHeaders = {
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'accept-ranges, content-disposition, content-length, content-range, etag, last-modified',
  'cross-origin-resource-policy': 'cross-origin',
  // A file that is opened as a page runs nothing, whatever it is taken for.
  'content-security-policy': 'sandbox',
} as const;

/** Headers that belong to the file, not to a refusal. */
const fileHeaders = ['cache-control', 'content-disposition', 'etag', 'last-modified'];

const refusals = {
  404: 'There is no such file.',
  405: 'Files can only be read.',
  412: 'The file is not as the request wants it.',
  // RFC 9110, 15.5.17: the answer tells the size, so that the client can ask better.
  416: 'The Range lies outside the file.',
  503: 'This server cannot read its files now. Try again later.',
} as const;

const isRefusal = (status: number | undefined): status is keyof typeof refusals =>
  status !== undefined && status in refusals;

/**
 * Serves finished videos and uploaded images to whoever knows their key, so that a copied link and `<video src>` work
 * on any page. Range, conditional requests and HEAD are left to `send`.
 */
export class MediaRoute {
  readonly #files: Pick<MediaFiles, 'directory' | 'has'>;
  readonly #log: Pick<Logger, 'error'>;

  constructor(files: Pick<MediaFiles, 'directory' | 'has'>, log: Pick<Logger, 'error'>) {
    this.#files = files;
    this.#log = log;
  }

  respond(key: string, request: IncomingMessage, response: ServerResponse, isDownload: boolean): void {
    setHeaders(response, openHeaders);
    if (request.method === 'OPTIONS') respondPreflight(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD, OPTIONS');
      refuse(response, 405);
    } else if (keyShape.test(key)) this.#serve(key, request, response, isDownload);
    else refuse(response, 404);
  }

  #serve(key: string, request: IncomingMessage, response: ServerResponse, isDownload: boolean): void {
    // What a key stands for never changes, so the key is a strong validator and a reload need not fetch again.
    response.setHeader('etag', `"${key}"`);
    // Caches ask each time: a deleted video is served no more.
    response.setHeader('cache-control', 'no-cache');
    delete request.headers['cache-control'];
    delete request.headers.pragma;
    // RFC 9110, 13.1.5: a weak tag never matches here, so the whole file is sent. `send` lets it match.
    if (String(request.headers['if-range']).startsWith('W/')) delete request.headers.range;
    if (isDownload) response.setHeader('content-disposition', `attachment; filename="${key}"`);
    send(request, key, { root: this.#files.directory, index: false, dotfiles: 'deny', cacheControl: false })
      .on('file', (_path: string, { size }: Stats) => {
        // RFC 9110, 14.1.2: the last N bytes of a shorter file are the whole of it. range-parser refuses them.
        const [, suffix] = /^bytes=-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        if (suffix !== undefined && Number(suffix) > size) request.headers.range = 'bytes=0-';
      })
      .on('error', (error: SendError) => void this.#refuse(key, response, error))
      .pipe(response);
  }

  /** What the disk does not give is our fault, unless its folder says that there is no such file. */
  async #refuse(key: string, response: ServerResponse, error: SendError): Promise<void> {
    const { status } = error;
    if (isRefusal(status) && status !== 404) {
      refuse(response, status, error.headers?.['Content-Range']);
      return;
    }
    try {
      if (status === 404 && !(await this.#files.has(key))) {
        refuse(response, 404);
        return;
      }
      this.#log.error({ err: error }, 'a media file could not be read');
    } catch (cause) {
      if (!(cause instanceof StorageError)) this.#log.error({ err: cause }, 'a media file could not be read');
    }
    refuse(response, 503);
  }
}

type SendError = Error & { readonly status?: number; readonly headers?: Record<string, string> };

function respondPreflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  setHeaders(response, {
    'access-control-allow-methods': 'GET, HEAD',
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-max-age': '86400',
    vary: 'access-control-request-headers',
  });
  response.writeHead(204).end();
}

/** A refusal is not the file: nothing of the file's headers stays on it. */
function refuse(response: ServerResponse, status: keyof typeof refusals, contentRange?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of fileHeaders) response.removeHeader(name);
  respondJson(
    response,
    status,
    { error: refusals[status] },
    contentRange === undefined ? {} : { 'content-range': contentRange },
  );
}
