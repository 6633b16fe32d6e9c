import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Logger } from 'pino';
import { findPlaceholder } from '../../media/placeholders.ts';
import { contentTypeOf } from '../../media/content-types.ts';
import type { MediaStore, StoredFile } from '../../media/storage/media-store.ts';
import { StorageError } from '../../media/storage-error.ts';
import { attachmentNamed, fileNameOf } from '../../media/video-name.ts';
import { StoreUnavailableError } from '../../store/errors.ts';
import type { MediaRecords } from '../../store/media-records.ts';
import { answerFor } from '../http/conditional.ts';
import { respondJson } from '../http/respond.ts';
import type { Exchange } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';

/** A key as the archive makes it: 128 random bits and the kind of file. */
const keyShape = /^[\w-]{22}\.[a-z0-9]{2,5}$/;

/** Response headers that pages of other sites may read. */
const exposedHeaders =
  'accept-ranges, content-disposition, content-length, content-range, etag, last-modified';

const refusals = {
  404: 'There is no such file.',
  412: 'The file does not meet the condition of the request.',
  // RFC 9110, 15.5.17: the response has the size, so that the client can correct the range.
  416: 'The Range is outside the file.',
  503: 'This server cannot read its files at the moment. Try again later.',
} as const;

/**
 * `/media/{key}`: finished videos, posters and uploaded images, from whatever store has them. The key is the permission, so that a
 * copied link and `<video src>` work on any page.
 */
export class MediaRoute {
  readonly #files: Pick<MediaStore, 'find'>;
  readonly #records: Pick<MediaRecords, 'tasksOf'>;
  readonly #log: Pick<Logger, 'error'>;
  readonly #traffic: Traffic;

  constructor(
    files: Pick<MediaStore, 'find'>,
    records: Pick<MediaRecords, 'tasksOf'>,
    log: Pick<Logger, 'error'>,
    traffic: Traffic,
  ) {
    this.#files = files;
    this.#records = records;
    this.#log = log;
    this.#traffic = traffic;
  }

  async respond({ request, response, rest: key, query }: Exchange): Promise<void> {
    response.setHeader('access-control-expose-headers', exposedHeaders);
    // A file that is opened as a page runs nothing, whatever a browser takes it for.
    response.setHeader('content-security-policy', 'sandbox');
    this.#letPause(request, response);
    try {
      const file = keyShape.test(key) ? await this.#files.find(key) : findPlaceholder(key);
      if (file === null) refuse(response, 404);
      else await this.#serve(key, file, request, response, query.has('download'));
    } catch (error) {
      // The store logs its own faults.
      if (!(error instanceof StorageError)) throw error;
      refuse(response, 503);
    }
  }

  /** The name of a download: that of its task, or else the key. */
  async #nameOf(key: string): Promise<string> {
    try {
      const [task] = await this.#records.tasksOf([key]);
      return task === undefined ? key : fileNameOf(task, key.slice(key.lastIndexOf('.') + 1));
    } catch (error) {
      // Files are served while the database is away.
      if (!(error instanceof StoreUnavailableError)) throw error;
      return key;
    }
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

  async #serve(
    key: string,
    file: StoredFile,
    request: IncomingMessage,
    response: ServerResponse,
    isDownload: boolean,
  ): Promise<void> {
    const { sizeBytes, modifiedAt } = file;
    // The content of a key never changes, so the key is a strong validator.
    const etag = `"${key}"`;
    const answer = answerFor(request.headers, { etag, sizeBytes, modifiedAt });
    if (answer.kind === 'conditionFailed') return refuse(response, 412);
    if (answer.kind === 'rangeOutside') {
      return refuse(response, 416, { 'content-range': `bytes */${sizeBytes}` });
    }
    const headers = {
      etag,
      // Caches must revalidate, so that a deleted video is no longer served.
      'cache-control': 'no-cache',
      'last-modified': modifiedAt.toUTCString(),
      'accept-ranges': 'bytes',
      ...(isDownload && { 'content-disposition': attachmentNamed(await this.#nameOf(key)) }),
    };
    if (answer.kind === 'notModified') {
      response.writeHead(304, headers).end();
      return;
    }
    const [start, end] = answer.kind === 'part' ? [answer.start, answer.end] : [0, sizeBytes - 1];
    const isEmpty = request.method === 'HEAD' || end < start;
    const content = isEmpty ? null : await file.read(start, end);
    if (content === null && !isEmpty) return refuse(response, 404);
    if (response.closed) {
      // The client has left: a file that nobody reads would stay open.
      content?.destroy();
      return;
    }
    response.writeHead(answer.kind === 'part' ? 206 : 200, {
      ...headers,
      'content-type': contentTypeOf(key),
      'content-length': end - start + 1,
      ...(answer.kind === 'part' && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
    });
    if (content === null) {
      response.end();
      return;
    }
    // A response that ends early is cut: its length says so to the client.
    pipeline(content, response, (error) => {
      if (error && !response.closed)
        this.#log.error({ err: error }, 'a media file could not be read to its end');
    });
  }
}

/** Answers without the file, and without the file's headers. */
function refuse(
  response: ServerResponse,
  status: keyof typeof refusals,
  headers: Readonly<Record<string, string>> = {},
): void {
  respondJson(response, status, { error: refusals[status] }, headers);
}
