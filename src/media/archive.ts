import { createHash, randomBytes } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import type { Agent, Dispatcher } from 'undici';
import type { Video } from '../store/video-task.ts';
import { createGuardedAgent, RefusedAddressError } from './address-guard.ts';
import { guardedGet, NotAnAddressError } from './guarded-get.ts';
import type { MediaFiles } from './media-files.ts';
import { readVideoFacts } from './video-facts.ts';

/** What came of fetching a finished video. Only `stored` lets a task complete. */
export type ArchiveOutcome =
  | { readonly kind: 'stored'; readonly video: Video }
  | { readonly kind: 'refusedAddress' | 'notVideo' | 'unreachable'; readonly reason: string };

/** Settings of the archive. */
export interface ArchiveOptions {
  readonly files: MediaFiles;
  readonly allowHosts: readonly string[];
  /** Milliseconds without a byte after which a source counts as gone. */
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Hears of each file before it is begun; who ends before it is named can then find it again. */
  readonly onBegin: (mediaKey: string) => Promise<void>;
}

/** More than any clip of a few seconds in 4k; a stream without end must not fill the disk. */
const maxVideoBytes = 4 * 1024 ** 3;
/** What file-type wants to see for its verdict. */
const probeBytes = 4100;
const extensions: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-m4v': 'm4v',
};

class NotVideoError extends Error {
  override readonly name = 'NotVideoError';
}

/** Copies finished videos to our side, because the providers' links are short-lived. */
export class Archive implements AsyncDisposable {
  readonly #options: ArchiveOptions;
  readonly #agent: Agent;

  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#agent = createGuardedAgent(options.allowHosts, options.timeoutMs);
  }

  /**
   * Fetches a whole video. Redirects are followed by hand, each through the address guard.
   *
   * @param withinMs for all of it, however steadily it drips; never less than the timeout
   */
  async fetch(sourceUrl: string, signal: AbortSignal, withinMs: number): Promise<ArchiveOutcome> {
    const limitMs = Math.max(withinMs, this.#options.timeoutMs);
    const timeout = AbortSignal.timeout(limitMs);
    try {
      return { kind: 'stored', video: await this.#copy(sourceUrl, AbortSignal.any([signal, timeout])) };
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) {
        return { kind: 'unreachable', reason: `it did not arrive within ${Math.round(limitMs / 1000)} s` };
      }
      if (error instanceof RefusedAddressError) return { kind: 'refusedAddress', reason: error.message };
      if (error instanceof NotVideoError || error instanceof NotAnAddressError) {
        return { kind: 'notVideo', reason: error.message };
      }
      return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #copy(sourceUrl: string, signal: AbortSignal): Promise<Video> {
    const body = await this.#open(sourceUrl, signal);
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      const { head, contentType } = await probe(chunks);
      const mediaKey = `${randomBytes(16).toString('base64url')}.${extensions[contentType] ?? 'mp4'}`;
      await this.#options.onBegin(mediaKey);
      const hash = createHash('sha256');
      let bytes = 0;
      await this.#options.files.write(
        mediaKey,
        counted(head, chunks, (chunk) => {
          hash.update(chunk);
          bytes += chunk.byteLength;
          if (bytes > maxVideoBytes) throw new NotVideoError('the source is larger than any video asked for');
        }),
      );
      return {
        sourceUrl,
        mediaKey,
        contentType,
        bytes,
        sha256: hash.digest('hex'),
        ...(await readVideoFacts(this.#options.files.pathOf(mediaKey))),
        archivedAt: this.#options.now(),
      };
    } finally {
      body.destroy();
    }
  }

  async #open(sourceUrl: string, signal: AbortSignal): Promise<Dispatcher.ResponseData['body']> {
    const { statusCode, body } = await guardedGet(this.#agent, sourceUrl, 'video/*,*/*;q=0.5', signal);
    if (statusCode === 200) return body;
    // A body that nobody reads keeps its connection.
    await body.dump();
    throw new Error(`the source answered with HTTP status ${statusCode}`);
  }
}

/** Reads until the content can be told by its first bytes; what a server calls it proves nothing. */
async function probe(chunks: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; contentType: string }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < probeBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.byteLength;
  }
  const head = Buffer.concat(parts);
  const type = await fileTypeFromBuffer(head);
  if (type === undefined || !type.mime.startsWith('video/')) {
    throw new NotVideoError(`the source serves ${type?.mime ?? 'something that is no video'}`);
  }
  return { head, contentType: type.mime };
}

async function* counted(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  count: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for (let chunk: Uint8Array | null = head; chunk !== null;) {
    count(chunk);
    yield chunk;
    const next = await rest.next();
    chunk = next.done === true ? null : next.value;
  }
}
