import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderHealth } from '../providers/provider.ts';
import type { ProviderName } from '../domain/video-task.ts';
import type { LongLived } from '../time/lifetime.ts';
import { Dispatcher, type DispatcherOptions } from './dispatcher.ts';
import { shortestPauseMs } from './next-turn.ts';
import { KeyWatch } from './provider-health/key-watch.ts';
import { faultPauseMs } from './release-task.ts';

/** Settings of a poller. */
export type PollerOptions = Omit<DispatcherOptions, 'onSlotFree' | 'key'>;

/**
 * The loop that works for one provider: sleeps until work is due or a wake-up comes, then dispatches what is due.
 * Owns the timer of its sleep and the work that it began.
 */
export class Poller implements LongLived {
  readonly #options: PollerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #keyWatch: KeyWatch;
  readonly #stopping = new AbortController();
  /** Resolved by a wake-up; one that comes during an iteration is remembered. */
  #wakeUp = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #hasFailed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#keyWatch = new KeyWatch(options);
    this.#dispatcher = new Dispatcher({ ...options, key: this.#keyWatch, onSlotFree: () => this.wake() });
  }

  get provider(): ProviderName {
    return this.#options.provider.name;
  }

  /** The reliability of the provider in the last minutes. */
  get health(): ProviderHealth {
    return this.#dispatcher.health;
  }

  /** True while the provider's last answer was that it refuses our key. */
  get isKeyRefused(): boolean {
    return this.#keyWatch.isRefused;
  }

  /** True if the loop runs, and its last iteration did not fail. */
  get isWorking(): boolean {
    return this.#loop !== null && !this.#stopping.signal.aborted && !this.#hasFailed;
  }

  start(): void {
    if (this.#loop !== null || this.#stopping.signal.aborted) return;
    this.#loop = this.#run();
    this.#keyWatch.start();
  }

  /** A hint that work may be due now. */
  wake(): void {
    this.#wakeUp.resolve();
  }

  /** Begins the stop: no new work is claimed and checks are aborted; paid attempts continue until the disposal. */
  stop(): void {
    this.#stopping.abort();
    this.#dispatcher.stop();
    this.wake();
  }

  /** Stops, and lets paid attempts end within the drain time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#keyWatch[Symbol.asyncDispose]();
    await this.#loop;
    await this.#dispatcher[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    await this.#attempt(() => this.#dispatcher.start(), 'the schedule could not be corrected at the start');
    while (!this.#stopping.signal.aborted) {
      this.#wakeUp = Promise.withResolvers();
      const idleMs = await this.#attempt(() => this.#dispatcher.dispatch(), 'due work could not be claimed');
      // A wake-up does not shorten this pause, so that I/O is served whatever the queries and the wake-ups do.
      const floorMs = this.#hasFailed ? faultPauseMs : shortestPauseMs;
      await this.#rest(floorMs);
      if (idleMs !== null && idleMs > floorMs) await this.#sleep(idleMs - floorMs);
    }
  }

  /** Null where it failed, which is logged. */
  async #attempt<T>(work: () => Promise<T>, failure: string): Promise<T | null> {
    try {
      const result = await work();
      this.#hasFailed = false;
      return result;
    } catch (error) {
      this.#hasFailed = true;
      this.#options.log.error({ err: error, provider: this.provider }, failure);
      return null;
    }
  }

  /** Waits; only the stop ends it early. */
  async #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    await pause(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Waits until a wake-up, or for so long. */
  async #sleep(ms: number): Promise<void> {
    const timer = setTimeout(() => this.wake(), ms);
    await this.#wakeUp.promise;
    clearTimeout(timer);
  }
}
