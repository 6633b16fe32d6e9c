import type { Logger } from 'pino';
import type { MediaFiles } from '../media/media-files.ts';
import type { Store } from '../store/store.ts';

/** How often there is a look; what is due may wait so long. */
const intervalMs = 3_600_000;
/** A deleted task can be told for so long to those who come back. */
const keepDeletedMs = 24 * 3_600_000;
/** A file that was begun and is still not named belongs to work that ended: none takes so long. */
const keepBegunMs = 24 * 3_600_000;
/** An upload that no task used for so long is swept. */
const keepUploadsMs = 30 * 24 * 3_600_000;

/** What housekeeping works on. */
export interface HousekeepingOptions {
  readonly store: Store;
  readonly files: Pick<MediaFiles, 'remove'>;
  readonly log: Logger;
  readonly now: () => number;
}

/** Removes what nobody needs any more: at start, and every hour. Owns one timer. */
export class Housekeeping implements AsyncDisposable {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Begins; a second call changes nothing. */
  start(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => this.#begin(), intervalMs);
    this.#begin();
  }

  /** One round. */
  async clean(): Promise<void> {
    const { store, files, now } = this.#options;
    const purged = await store.purgeDeleted(now() - keepDeletedMs);
    const swept = await store.sweepUploads(now() - keepUploadsMs);
    const orphans = await store.sweepMedia(now() - keepBegunMs);
    for (const key of [...purged, ...swept, ...orphans]) await files.remove(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  #begin(): void {
    this.#running = this.#running
      .then(() => this.clean())
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'housekeeping failed; the next round tries again'),
      );
  }
}
