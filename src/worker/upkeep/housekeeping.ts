import type { Logger } from 'pino';
import type { MediaStore } from '../../media/storage/media-store.ts';
import type { Store } from '../../store/store.ts';
import { doAlone } from './duty.ts';
import type { LongLived } from '../../time/lifetime.ts';
import { Rounds } from '../../time/rounds.ts';

/** The pause between two rounds, in milliseconds; what is due may wait as long. */
const intervalMs = 3_600_000;
/** A deleted task stays for as long, in milliseconds, so that subscribers who reconnect learn of the deletion. */
const keepDeletedMs = 24 * 3_600_000;
/** A file that was begun longer ago and belongs to no task is left from work that ended: none takes so long. */
const keepBegunMs = 24 * 3_600_000;
/** An upload that no task used for as long is removed, in milliseconds. */
const keepUploadsMs = 30 * 24 * 3_600_000;

/** The number of files that are removed before their rows are deleted together. */
const batchSize = 500;

/** Settings of housekeeping. */
export interface HousekeepingOptions {
  readonly store: Store;
  readonly files: Pick<MediaStore, 'checkUsable' | 'discard'>;
  readonly log: Logger;
  readonly now: () => number;
  /** The name of this process among those that share the database. */
  readonly instance: string;
}

/** Removes what is no longer needed: at start, and every hour. */
export class Housekeeping implements LongLived {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      round: () => this.clean(),
      everyMs: intervalMs,
      onFailure: (error) =>
        options.log.error({ err: error }, 'housekeeping failed; the next round tries again'),
    });
  }

  /** Begins the first round. */
  start(): void {
    this.#rounds.start();
  }

  /** Runs one round, unless another instance is at it. */
  async clean(): Promise<void> {
    await doAlone(this.#options, 'housekeeping', () => this.#clean());
  }

  async #clean(): Promise<void> {
    const { store, now } = this.#options;
    await store.purgeDeleted(now() - keepDeletedMs, this.#rounds.signal);
    await store.sweepUploads(now() - keepUploadsMs);
    await this.#removeUnnamed();
  }

  /** Removes the file first, its row after: whatever fails in between, the next round finds the row again. */
  async #removeUnnamed(): Promise<void> {
    const { store, files, log, now } = this.#options;
    // Files in a folder that is gone are not known to be gone.
    await files.checkUsable();
    const begunBefore = now() - keepBegunMs;
    let left = 0;
    let lastError: unknown = null;
    for (let after = ''; ;) {
      const keys = await store.media.unnamed({ begunBefore, after, limit: batchSize });
      const removed: string[] = [];
      for (const key of keys) {
        try {
          await files.discard(key);
          removed.push(key);
        } catch (error) {
          left += 1;
          lastError = error;
        }
      }
      await store.media.forget(removed);
      const last = keys.at(-1);
      if (last === undefined || keys.length < batchSize || this.#rounds.signal.aborted) break;
      after = last;
    }
    if (left > 0)
      log.error({ err: lastError, files: left }, 'files could not be removed; the next round tries again');
  }

  /** Ends the present round after its present batch. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }
}
