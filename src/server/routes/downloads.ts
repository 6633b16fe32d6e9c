import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Logger } from 'pino';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import type { VideoTask } from '../../domain/video-task.ts';
import type { MediaStore, StoredFile } from '../../media/storage/media-store.ts';
import { StorageError } from '../../media/storage-error.ts';
import { attachmentNamed, fileNameOf, uniqueName } from '../../media/video-name.ts';
import { fromGlobalId } from '../../domain/task-names/global-id.ts';
import { onTask } from '../../schema/access.ts';
import type { Store } from '../../store/store.ts';
import { utf8Text } from '../body/utf8.ts';
import { readBody } from '../body/read-body.ts';
import { RequestRefusal } from '../http/refusal.ts';
import { respondError, respondRefusal } from '../http/respond.ts';
import type { AuthenticatedExchange, Exchange } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';

/** Videos in one zip. */
export const mostVideos = 200;
/** As many ids in JSON, and some space. */
const maxBodyBytes = 32_768;

/** Dependencies of the route. */
export interface DownloadsOptions {
  readonly store: Pick<Store, 'get' | 'getByProviderTask' | 'getOwnNested' | 'media'>;
  readonly files: Pick<MediaStore, 'find'>;
  readonly traffic: Traffic;
  readonly log: Pick<Logger, 'error' | 'warn'>;
  readonly now: () => number;
}

/** What was asked for: its id or key as given, and the task, or null where there is no finished video. */
interface Wanted {
  readonly given: string;
  readonly task: VideoTask | null;
}

/**
 * Many finished videos as one zip, streamed as they are read and not compressed: videos are.
 *
 * `POST /downloads` takes ids of the caller's tasks as JSON, `{"ids": ["…"]}`. `GET /downloads?key=…&key=…` takes media keys, the last
 * part of `videoUrl`, so that a link saves them to the disk: each key is the permission for its file. A file that is
 * missing becomes a line in `missing.txt`.
 */
export class Downloads {
  readonly #options: DownloadsOptions;

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  async respondToIds(exchange: AuthenticatedExchange): Promise<void> {
    const { request, response, identity, headers, errors } = exchange;
    const { traffic, store } = this.#options;
    const body = await readBody(request, maxBodyBytes, traffic.of(request.socket));
    if (body instanceof RequestRefusal) return respondRefusal(response, body, headers, errors);
    const ids = idsIn(body);
    if (ids === null)
      return this.#refuse(exchange, 'Send JSON with the ids of finished tasks: {"ids": ["…"]}.');
    if (ids.length > mostVideos) return this.#refuse(exchange, tooMany);
    const wanted = ids.map(async (given): Promise<Wanted> => {
      const id = fromGlobalId(given);
      const task =
        id === null
          ? null
          : await onTask({ viewer: identity.viewer, store }, id, (owner) => store.getOwnNested(owner, id));
      return { given, task };
    });
    await this.#send(exchange, await Promise.all(wanted));
  }

  async respondToKeys(exchange: Exchange): Promise<void> {
    const keys = [...new Set(exchange.query.getAll('key'))];
    if (keys.length === 0) return this.#refuse(exchange, 'Name the videos: /downloads?key=KEY&key=KEY.');
    if (keys.length > mostVideos) return this.#refuse(exchange, tooMany);
    const tasks = await this.#options.store.media.tasksOf(keys);
    await this.#send(
      exchange,
      keys.map((given) => ({
        given,
        task: tasks.find(({ result }) => result.video?.mediaKey === given) ?? null,
      })),
    );
  }

  #refuse({ response, headers, errors }: Exchange, message: string): void {
    respondError(response, 400, 'BAD_INPUT', message, headers, errors);
  }

  async #send({ request, response }: Exchange, wanted: readonly Wanted[]): Promise<void> {
    const connection = this.#options.traffic.of(request.socket);
    // People pause downloads for minutes, while little of a file is in memory.
    if (connection !== undefined) connection.isPatient = true;
    const day = new Date(this.#options.now()).toISOString().slice(0, 10);
    response.writeHead(200, {
      'content-type': 'application/zip',
      'content-disposition': attachmentNamed(`reelay_${day}.zip`),
      'cache-control': 'no-store',
    });
    const zip = new ZipFile();
    // A file that cannot be read to its end: the loop below fails with it too.
    zip.on('error', () => response.destroy());
    zip.outputStream.pipe(response);
    try {
      await this.#fill(zip, response, wanted);
      zip.end();
      await finished(response);
    } catch (error) {
      // A response that ends early is cut, so that the client knows. One that the client left is its own affair.
      if (!response.destroyed) this.#options.log.error({ err: error }, 'a zip could not be sent to its end');
      response.destroy();
    } finally {
      zip.outputStream.unpipe(response);
      if (connection !== undefined) connection.isPatient = false;
    }
  }

  /** Adds one file after the other, so that only one is open. */
  async #fill(zip: ZipFile, response: ServerResponse, wanted: readonly Wanted[]): Promise<void> {
    const taken = new Set<string>();
    const missing: string[] = [];
    for (const { given, task } of wanted) {
      const key = task?.result.video?.removedAt === undefined ? task?.result.video?.mediaKey : undefined;
      const file = key === undefined ? null : await this.#find(key);
      const content = file === null ? null : await file.read(0, file.sizeBytes - 1);
      if (task === null || key === undefined || file === null || content === null) {
        missing.push(given);
        continue;
      }
      const name = uniqueName(fileNameOf(task, key.slice(key.lastIndexOf('.') + 1)), taken);
      taken.add(name.toLowerCase());
      const left = () => content.destroy(new Error('The client is gone'));
      response.once('close', left);
      try {
        if (response.closed) left();
        zip.addReadStream(content, name, { compress: false, size: file.sizeBytes, mtime: file.modifiedAt });
        await once(content, 'close');
        if (content.errored !== null) throw content.errored;
      } finally {
        response.off('close', left);
      }
    }
    if (missing.length > 0) {
      zip.addBuffer(Buffer.from(missingText(missing)), 'missing.txt', { compress: false });
    }
  }

  async #find(key: string): Promise<StoredFile | null> {
    try {
      return await this.#options.files.find(key);
    } catch (error) {
      // The store logs its own faults.
      if (!(error instanceof StorageError)) throw error;
      return null;
    }
  }
}

const tooMany = `At most ${mostVideos} videos fit into one download: choose fewer.`;

const missingText = (missing: readonly string[]): string =>
  `These are not in the zip, because there is no finished video of them on the server:\n${missing.join('\n')}\n`;

const shape = z.object({ ids: z.array(z.string().max(200)).min(1) });

function idsIn(body: Buffer): readonly string[] | null {
  const text = utf8Text(body);
  if (text === null) return null;
  try {
    const { ids } = shape.parse(JSON.parse(text));
    return [...new Set(ids)];
  } catch {
    return null;
  }
}
