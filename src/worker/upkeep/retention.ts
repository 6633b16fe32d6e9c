import { worded } from '../../domain/messages.ts';
import type { Logger } from 'pino';
import type { Recorder } from '../../commands/recorder.ts';
import { mediaKeysOf } from '../../domain/video-task.ts';
import type { MediaStore } from '../../media/storage/media-store.ts';
import type { StoredVideo } from '../../store/media-records.ts';
import type { Store } from '../../store/store.ts';
import { doAlone } from './duty.ts';
import type { LongLived } from '../../time/lifetime.ts';
import { Rounds } from '../../time/rounds.ts';

/** The pause between two rounds, in milliseconds; a fiftieth of a retention that is shorter. */
const longestPauseMs = 60_000;
const shortestPauseMs = 1000;
const pausesPerRetention = 50;
/** Videos of one query. */
const pageSize = 100;

/** Settings of the retention. */
export interface RetentionOptions {
  readonly store: Pick<Store, 'get' | 'media' | 'isShared' | 'shared'>;
  /** The name of this process among those that share the database. */
  readonly instance: string;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly files: Pick<MediaStore, 'remove'>;
  readonly log: Pick<Logger, 'error' | 'info'>;
  readonly now: () => number;
  /** How long a copy is kept, in milliseconds; null: for ever. */
  readonly keepMs: number | null;
  /** What all copies together may take, in bytes; null: any number. */
  readonly maxBytes: number | null;
}

/** Removes copies of videos that are too old, and the oldest while all take too much. */
export class Retention implements LongLived {
  readonly #options: RetentionOptions;
  readonly #rounds: Rounds;

  constructor(options: RetentionOptions) {
    this.#options = options;
    const pauseMs = Math.min(longestPauseMs, (options.keepMs ?? Infinity) / pausesPerRetention);
    this.#rounds = new Rounds({
      round: () => this.enforce(),
      everyMs: Math.max(shortestPauseMs, pauseMs),
      onFailure: (error) =>
        options.log.error({ err: error }, 'the retention failed; the next round tries again'),
    });
  }

  /** Begins the first round, if anything is limited. */
  start(): void {
    const { keepMs, maxBytes } = this.#options;
    if ((keepMs ?? maxBytes) !== null) this.#rounds.start();
  }

  /** Runs one round, unless another instance is at it. */
  async enforce(): Promise<void> {
    await doAlone(this.#options, 'retention', () => this.#enforce());
  }

  async #enforce(): Promise<void> {
    const { keepMs, now, log } = this.#options;
    const removed = { files: 0, bytes: 0 };
    let failure: unknown = null;
    const storedBefore = keepMs === null ? -Infinity : now() - keepMs;
    let over = await this.#excessBytes();
    for (let after: StoredVideo | null = null; !this.#rounds.signal.aborted;) {
      const page = await this.#oldest(over > 0 ? null : storedBefore, after);
      for (const video of page) {
        if (this.#rounds.signal.aborted || (video.at >= storedBefore && over <= 0)) break;
        try {
          await this.#remove(video);
          removed.files += 1;
          removed.bytes += video.bytes;
          over -= video.bytes;
        } catch (error) {
          failure = error;
        }
      }
      after = page.at(-1) ?? null;
      if (page.length < pageSize || (over <= 0 && (after?.at ?? 0) >= storedBefore)) break;
    }
    if (removed.files > 0) log.info(removed, 'copies of videos were removed by the retention');
    if (failure !== null)
      log.error({ err: failure }, 'a video could not be removed; the next round tries again');
  }

  /** Ends the present round after its present video. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }

  async #excessBytes(): Promise<number> {
    const { store, maxBytes } = this.#options;
    if (maxBytes === null) return 0;
    const use = await store.media.use();
    return (use.find(({ kind }) => kind === 'video')?.bytes ?? 0) - maxBytes;
  }

  #oldest(storedBefore: number | null, after: StoredVideo | null): Promise<readonly StoredVideo[]> {
    return storedBefore === -Infinity
      ? Promise.resolve([])
      : this.#options.store.media.oldestVideos({ storedBefore, after, limit: pageSize });
  }

  /** The files first, the row after: whatever fails in between, the next round finds the row again. */
  async #remove({ taskId }: StoredVideo): Promise<void> {
    const { store, recorder, files } = this.#options;
    const task = await store.get(taskId);
    for (const key of mediaKeysOf(task?.result.video ?? null)) await files.remove(key);
    const hint = worded(
      'COPY_REMOVED',
      {},
      'This server has deleted its copy of the video, because the time or the space for it was over.',
    );
    await recorder.record(taskId, { kind: 'videoRemoved', hint });
  }
}
