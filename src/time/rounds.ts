import type { LongLived } from './lifetime.ts';

/** Work that is done again and again. */
export interface RoundsOptions {
  /** Does one round. Ends early when `Rounds.signal` aborts. */
  readonly round: () => Promise<void>;
  /** The time from the begin of one round to that of the next, in milliseconds. */
  readonly everyMs: number;
  /** Called with what a round throws; the next round comes nevertheless. */
  readonly onFailure: (error: unknown) => void;
}

/** Rounds of work: the first at the start, one at a time. Owns one timer. A stop ends the present round and awaits it. */
export class Rounds implements LongLived {
  readonly #options: RoundsOptions;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Aborts at the stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  start(): void {
    if (this.#timer !== null || this.signal.aborted) return;
    this.#timer = setInterval(() => this.#begin(), this.#options.everyMs);
    this.#begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  #begin(): void {
    const { round, onFailure } = this.#options;
    this.#running = this.#running.then(round).catch(onFailure);
  }
}
