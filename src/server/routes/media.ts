import type { Stats } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import send from 'send';
import type { MediaFiles } from '../../media/media-files.ts';
import { StorageError } from '../../media/storage-error.ts';
import { respondJson } from '../http/respond.ts';
import type { Exchange } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';

/** A key as the archive makes it: 128 random bits and the kind of file. */
const keyShape = /^[\w-]{22}\.[a-z0-9]{2,5}$/;

/** Response headers that pages of other sites may read. */
const exposedHeaders =
  'accept-ranges, content-disposition, content-length, content-range, etag, last-modified';

/** Headers that belong to the file, not to a refusal. */
const fileHeaders = ['cache-control', 'content-disposition', 'etag', 'last-modified'];

const refusals = {
  404: 'There is no such file.',
  412: 'The file does not meet the condition of the request.',
  // RFC 9110, 15.5.17: the response has the size, so that the client can correct the range.
  416: 'The Range is outside the file.',
  503: 'This server cannot read its files at the moment. Try again later.',
} as const;

const isRefusal = (status: number | undefined): status is keyof typeof refusals =>
  status !== undefined && status in refusals;

/**
 * `/media/{key}`: finished videos and uploaded images. The key is the permission, so that a copied link and
 * `<video src>` work on any page. Range, conditional requests and HEAD are handled by `send`.
 */
export class MediaRoute {
  readonly #files: Pick<MediaFiles, 'directory' | 'has'>;
  readonly #log: Pick<Logger, 'error'>;
  readonly #traffic: Traffic;

  constructor(files: Pick<MediaFiles, 'directory' | 'has'>, log: Pick<Logger, 'error'>, traffic: Traffic) {
    this.#files = files;
    this.#log = log;
    this.#traffic = traffic;
  }

  respond({ request, response, rest: key, query }: Exchange): void {
    response.setHeader('access-control-expose-headers', exposedHeaders);
    // A file that is opened as a page runs nothing, whatever a browser takes it for.
    response.setHeader('content-security-policy', 'sandbox');
    this.#letPause(request, response);
    if (keyShape.test(key)) this.#serve(key, request, response, query.has('download'));
    else refuse(response, 404);
  }

  /** Players stop reading for minutes, while little of a file is in memory. */
  #letPause({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#traffic.of(socket);
    if (connection === undefined) return;
    connection.isPatient = true;
    response.once('close', () => {
      connection.isPatient = false;
    });
  }

  #serve(key: string, request: IncomingMessage, response: ServerResponse, isDownload: boolean): void {
    // The content of a key never changes, so the key is a strong validator.
    response.setHeader('etag', `"${key}"`);
    // Caches must revalidate, so that a deleted video is no longer served.
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

  /** A file that cannot be read is a fault of ours, unless the folder proves that there is no such file. */
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

/** Answers without the file, and without the file's headers. */
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
