import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { Poster, PosterOrigin } from '../domain/poster.ts';
import type { ReferenceImage } from '../domain/video-task.ts';
import type { AllowedHosts } from '../settings/addresses/allowed-hosts.ts';
import { DeadlineSignal } from '../time/deadline.ts';
import { createGuardedAgent } from './fetch/address-guard.ts';
import { abandon } from './fetch/abandon.ts';
import { guardedGet } from './fetch/guarded-get.ts';
import { inspectImage } from './image/inspect-image.ts';
import { StorageError } from './storage-error.ts';
import type { MediaStore } from './storage/media-store.ts';

/** The largest picture that is fetched to be a poster. */
const maxBytes = 20 * 1024 ** 2;

/** The picture, or the way to it, failed. */
class SourceError extends Error {
  override readonly name = 'SourceError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Settings of posters. */
export interface PostersOptions {
  readonly files: Pick<MediaStore, 'receive' | 'copy' | 'find'>;
  readonly allowHosts: AllowedHosts;
  /** For one picture, in milliseconds: a video is not held up for longer. */
  readonly timeoutMs: number;
  readonly log: Pick<Logger, 'debug' | 'error'>;
  /** Called with the key of each file before it is begun, so that a file that no task names later can be found. */
  readonly onBegin: (mediaKey: string) => Promise<void>;
}

/** The pictures that can stand for a video, the best first. */
export interface PosterSources {
  /** The provider's own; null where it supplies none. */
  readonly url: string | null;
  readonly referenceImage: ReferenceImage | null;
}

/** Stores posters of videos. A poster is worth no failure: without one, a video has a drawn placeholder. */
export class Posters implements AsyncDisposable {
  readonly #options: PostersOptions;
  readonly #agent: Agent;

  constructor(options: PostersOptions) {
    this.#options = options;
    this.#agent = createGuardedAgent(options.allowHosts, options.timeoutMs);
  }

  /** Stores the first of the sources that is a picture; null where none is. Never throws. */
  async store({ url, referenceImage }: PosterSources, signal: AbortSignal): Promise<Poster | null> {
    const poster = url === null ? null : await this.#attempt(() => this.#fetch(url, 'PROVIDER', signal));
    if (poster !== null || referenceImage === null) return poster;
    return this.#attempt(() =>
      referenceImage.url === null
        ? this.#copy(referenceImage.mediaKey)
        : this.#fetch(referenceImage.url, 'REFERENCE_IMAGE', signal),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #attempt(work: () => Promise<Poster | null>): Promise<Poster | null> {
    try {
      return await work();
    } catch (error) {
      const { log } = this.#options;
      if (error instanceof SourceError) log.debug({ err: error }, 'a poster could not be fetched');
      // The store logs its own faults.
      else if (!(error instanceof StorageError)) log.error({ err: error }, 'a poster could not be stored');
      return null;
    }
  }

  async #fetch(url: string, origin: PosterOrigin, signal: AbortSignal): Promise<Poster | null> {
    const { files, timeoutMs, onBegin } = this.#options;
    using deadline = new DeadlineSignal(timeoutMs);
    const bounded = AbortSignal.any([signal, deadline.signal]);
    const { statusCode, body } = await guardedGet(this.#agent, url, 'image/*,*/*;q=0.5', bounded).catch(
      (cause: unknown) => {
        throw new SourceError(cause);
      },
    );
    try {
      if (statusCode !== 200) return null;
      await using file = await files.receive(atMost(body, maxBytes));
      const inspection = await file.inspect(inspectImage);
      if (inspection.kind === 'refused') return null;
      const mediaKey = newKey(inspection.facts.extension);
      await onBegin(mediaKey);
      await file.keepAs(mediaKey);
      return { mediaKey, origin, bytes: file.size };
    } finally {
      abandon(body);
    }
  }

  async #copy(from: string): Promise<Poster | null> {
    const { files, onBegin } = this.#options;
    const file = await files.find(from);
    if (file === null) return null;
    const mediaKey = newKey(from.slice(from.lastIndexOf('.') + 1));
    await onBegin(mediaKey);
    const isCopied = await files.copy(from, mediaKey);
    return isCopied ? { mediaKey, origin: 'REFERENCE_IMAGE', bytes: file.sizeBytes } : null;
  }
}

const newKey = (extension: string): string => `${randomBytes(16).toString('base64url')}.${extension}`;

async function* atMost(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw new SourceError(cause);
    });
    if (next.done === true) return;
    bytes += next.value.byteLength;
    if (bytes > limit) throw new SourceError('The picture is too large for a poster');
    yield next.value;
  }
}
