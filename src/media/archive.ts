import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import { DeadlineSignal } from '../time/deadline.ts';
import type { Video } from '../domain/video-task.ts';
import { abandon } from './fetch/abandon.ts';
import { createGuardedAgent, RefusedAddressError } from './fetch/address-guard.ts';
import type { AllowedHosts } from '../settings/addresses/allowed-hosts.ts';
import { guardedGet, NotAnAddressError } from './fetch/guarded-get.ts';
import { unpacked } from './fetch/unpacked.ts';
import { inspectVideo } from './video/inspect-video.ts';
import type { MediaStore } from './storage/media-store.ts';
import { cannotStoreMessage, StorageError } from './storage-error.ts';
import type { VideoFacts } from './video/video-facts.ts';

/** The outcome of fetching a finished video. Only `stored` completes a task. `reason` is for users. */
export type ArchiveOutcome =
  | { readonly kind: 'stored'; readonly video: Video }
  /** The source, or the way to it. */
  | { readonly kind: 'refusedAddress' | 'notVideo' | 'notWhole' | 'unreachable'; readonly reason: string }
  /** A fault of ours: the source is as good as it was. Logged. */
  | { readonly kind: 'ownFault'; readonly reason: string };

/** A body of a source, which the archive reads to its end or destroys. */
interface OpenedSource {
  readonly body: Readable;
  /** True if the transport says where the body ends. */
  readonly statesLength: boolean;
}

/** A video that is not at a public address: what opens it knows its key. */
export interface PrivateVideo {
  /** The address to keep, without any key; null where there is none. */
  readonly url: string | null;
  /** Opens it, or names a public address to fetch it from. May be called again after a failure. What it throws is the source's failure, with a message for users. */
  open(signal: AbortSignal): Promise<OpenedSource | { readonly redirectedTo: string }>;
}

/** Settings of the archive. */
export interface ArchiveOptions {
  readonly files: MediaStore;
  readonly allowHosts: AllowedHosts;
  /** Milliseconds without a byte after which a source counts as gone. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly log: Pick<Logger, 'error'>;
  /** Called with the key of each file before it is begun, so that a file that no task names later can be found. */
  readonly onBegin: (mediaKey: string) => Promise<void>;
}

/** More than any clip of a few seconds in 4k; a stream without end must not fill the disk. */
const maxVideoBytes = 4 * 1024 ** 3;
/** The bytes from which file-type decides. */
const probeBytes = 4100;
/** The containers whose completeness can be proven, as players name them. */
const extensions: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-m4v': 'm4v',
  'video/matroska': 'mkv',
  'video/3gpp': '3gp',
  'video/3gpp2': '3g2',
};
/** 206 answers a plain GET where a server knows no better; the container decides whether it is the whole file. */
const goodStatuses: ReadonlySet<number> = new Set([200, 203, 206]);
/** Codes of errors that say that this process or machine has no more of something. */
const ownShortages: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

class NotVideoError extends Error {
  override readonly name = 'NotVideoError';
}

class NotWholeError extends Error {
  override readonly name = 'NotWholeError';
}

/** The source, or the way to it, failed. */
class SourceError extends Error {
  override readonly name = 'SourceError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
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
   * Fetches a whole video. Redirects of an address are followed by hand, each through the address guard.
   *
   * @param source a public address, or a video that only its provider can open
   * @param withinMs for all of it, however steadily it drips; never less than the timeout
   * @throws what `signal` is aborted with; faults of the database and of the program
   */
  async fetch(source: string | PrivateVideo, signal: AbortSignal, withinMs: number): Promise<ArchiveOutcome> {
    const limitMs = Math.max(withinMs, this.#options.timeoutMs);
    using deadline = new DeadlineSignal(limitMs);
    try {
      // Checked first: otherwise a whole video would be fetched each time and could not be kept.
      await this.#options.files.checkUsable();
      return {
        kind: 'stored',
        video: await this.#copy(source, AbortSignal.any([signal, deadline.signal])),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StorageError) return { kind: 'ownFault', reason: cannotStoreMessage };
      const cause = error instanceof SourceError ? error.cause : error;
      if (cause instanceof RefusedAddressError) return { kind: 'refusedAddress', reason: cause.message };
      if (cause instanceof NotVideoError || cause instanceof NotAnAddressError) {
        return { kind: 'notVideo', reason: cause.message };
      }
      if (cause instanceof NotWholeError) return { kind: 'notWhole', reason: cause.message };
      if (deadline.hasPassed) {
        return { kind: 'unreachable', reason: `it did not arrive within ${Math.round(limitMs / 1000)} s` };
      }
      if (!(error instanceof SourceError)) throw error;
      if (cause instanceof Error && 'code' in cause && ownShortages.has(cause.code)) {
        this.#options.log.error({ err: cause }, 'a video could not be fetched: this machine lacks resources');
        return { kind: 'ownFault', reason: 'this server cannot fetch it now' };
      }
      return { kind: 'unreachable', reason: error.message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #copy(origin: string | PrivateVideo, signal: AbortSignal): Promise<Video> {
    const { files, onBegin, now } = this.#options;
    const { body, statesLength } = await this.#open(origin, signal);
    const source = new SourceBytes();
    const chunks = source.read(unpacked(body), signal);
    try {
      const { head, contentType, extension } = await probe(source, chunks);
      const mediaKey = `${randomBytes(16).toString('base64url')}.${extension}`;
      await onBegin(mediaKey);
      const hash = createHash('sha256');
      let bytes = 0;
      let facts: VideoFacts = { width: null, height: null, durationSeconds: null };
      await files.write(
        mediaKey,
        counted(head, chunks, (chunk) => {
          hash.update(chunk);
          bytes += chunk.byteLength;
          if (bytes > maxVideoBytes) throw new NotVideoError('the source is larger than any video asked for');
        }),
        async (written) => {
          const inspection = await inspectVideo(written);
          const { failure } = source;
          const isWhole = inspection.kind === 'whole' && (inspection.statesEnd || failure === null);
          if (!isWhole && failure !== null) throw failure;
          if (inspection.kind === 'notWhole') throw new NotWholeError(inspection.reason);
          if (!inspection.statesEnd && !statesLength) {
            throw new NotWholeError(
              'neither the source nor the file says where it ends, so it may be cut off',
            );
          }
          facts = inspection.facts;
        },
      );
      return {
        sourceUrl: typeof origin === 'string' ? origin : origin.url,
        mediaKey,
        contentType,
        bytes,
        sha256: hash.digest('hex'),
        ...facts,
        archivedAt: now(),
      };
    } finally {
      abandon(body);
    }
  }

  async #open(origin: string | PrivateVideo, signal: AbortSignal): Promise<OpenedSource> {
    try {
      const opened = typeof origin === 'string' ? { redirectedTo: origin } : await origin.open(signal);
      if (!('redirectedTo' in opened)) return opened;
      const response = await guardedGet(this.#agent, opened.redirectedTo, 'video/*,*/*;q=0.5', signal);
      const { statusCode, headers, body } = response;
      if (goodStatuses.has(statusCode)) {
        // A body with neither ends where the connection does, by whatever cause (seen with undici 8).
        const statesLength =
          headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
        return { body, statesLength };
      }
      // A body that is not read keeps its connection.
      await body.dump();
      throw new Error(`the source answered with HTTP status ${statusCode}`);
    } catch (error) {
      throw new SourceError(error);
    }
  }
}

/**
 * The bytes of a source until they end, by whatever cause: the container decides whether they are whole, since some
 * servers state a wrong length or cut the connection after the last byte.
 */
class SourceBytes {
  /** The cause that ended them early. */
  failure: SourceError | null = null;

  async *read(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      this.failure = new SourceError(error);
      if (signal.aborted) throw this.failure;
    }
  }
}

/** Reads until the first bytes say what the content is; what a server calls it proves nothing. */
async function probe(
  source: SourceBytes,
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ head: Uint8Array; contentType: string; extension: string }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < probeBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.byteLength;
  }
  const head = Buffer.concat(parts);
  const contentType = (await fileTypeFromBuffer(head.subarray(0, probeBytes)))?.mime;
  const extension = contentType === undefined ? undefined : extensions[contentType];
  if (contentType === undefined || extension === undefined) {
    if (source.failure !== null) throw source.failure;
    const what = contentType?.startsWith('video/')
      ? `${contentType}, which is no MP4, MOV or WebM`
      : (contentType ?? 'something that is no video');
    throw new NotVideoError(`the source serves ${what}`);
  }
  return { head, contentType, extension };
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
