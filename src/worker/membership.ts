import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ConfigError } from '../settings/config-error.ts';
import type { Instance } from '../store/shared-state.ts';
import type { Store } from '../store/store.ts';
import type { LongLived } from '../time/lifetime.ts';

/** How long an instance counts as present without saying so, in milliseconds: one that was killed is waited for as long. */
const presentMs = 6000;
/** The pause between two notes that it is. */
const noteEveryMs = 2000;
/** The pause between two looks for those that may be gone. */
const lookEveryMs = 500;

/** Settings of a membership. */
export interface MembershipOptions {
  readonly store: Pick<Store, 'shared' | 'isShared' | 'now'>;
  /** Unique for each start. */
  readonly id: string;
  /** True if this instance's videos are in a folder that no other instance sees. */
  readonly hasOwnMedia: boolean;
  readonly log: Logger;
}

/** The presence of this process among those that share the database. Owns one timer. */
export class Membership implements LongLived {
  readonly #options: MembershipOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #noting: Promise<unknown> = Promise.resolve();
  #hasJoined = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /**
   * Joins. Where a folder of videos is not shared, this process must be alone: one that was killed a moment ago is waited
   * for.
   *
   * @throws ConfigError when it is not
   */
  async start(): Promise<void> {
    const { store, log } = this.#options;
    if (!store.isShared || this.#hasJoined || this.#stopping.signal.aborted) return;
    this.#hasJoined = true;
    const seen = new Map<string, number>();
    for (;;) {
      const others = (await this.#note()).filter((other) => this.#isInTheWay(other));
      if (others.length === 0 || this.#stopping.signal.aborted) break;
      const isThere = others.some(({ id, until }) => until > (seen.get(id) ?? until));
      if (isThere) {
        await this.#leave();
        throw new ConfigError(
          'MEDIA_SHARED',
          'must be true, if all instances see one folder of videos; several instances need that, or s3:// as MEDIA_STORE. Another instance uses this database',
        );
      }
      if (seen.size === 0) log.info('another instance was here a moment ago; waiting until it is gone');
      for (const { id, until } of others) seen.set(id, until);
      await pause(lookEveryMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    if (this.#stopping.signal.aborted) return;
    this.#timer = setInterval(() => {
      this.#noting = this.#note().catch((error: unknown) =>
        log.warn({ err: error }, 'this instance could not say that it is here'),
      );
    }, noteEveryMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#noting;
    await this.#leave();
  }

  #isInTheWay(other: Instance): boolean {
    return this.#options.hasOwnMedia || other.hasOwnMedia;
  }

  #note(): Promise<readonly Instance[]> {
    const { store, id, hasOwnMedia } = this.#options;
    const now = store.now();
    return store.shared.join({ id, hasOwnMedia, until: now + presentMs }, now);
  }

  async #leave(): Promise<void> {
    if (!this.#hasJoined) return;
    this.#hasJoined = false;
    const { store, id, log } = this.#options;
    // It counts as gone soon in any case.
    await store.shared
      .leave(id)
      .catch((error: unknown) => log.debug({ err: error }, 'the leave was not noted'));
  }
}
