import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KeyVerdict, ProviderHealth, VideoProvider } from '../../providers/provider.ts';
import type { LongLived } from '../../time/lifetime.ts';
import { nextCheckDelay, nextUnansweredDelay } from '../policy/check-interval.ts';

/** Settings of a key watch. */
export interface KeyWatchOptions {
  readonly provider: Pick<VideoProvider, 'name' | 'label' | 'pollIntervalMs' | 'keyTest'>;
  readonly log: Logger;
  readonly random: () => number;
}

/** The number of tests in a row without an answer that say that the provider is down. */
const downTests = 3;
/** The shortest pause between the ends of two suspicions, in intervals of the provider. */
const suspicionFactor = 6;

/**
 * Finds out whether a provider accepts our key: at the start, before a task fails by it, and again where requests fail.
 * Asks less and less often while it is refused or nothing is answered, and ends with the first other answer. Owns its timer
 * and the request under way.
 */
export class KeyWatch implements LongLived {
  readonly #options: KeyWatchOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;
  #isAsking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isRefused = false;
  #isAccepted = false;
  /** Tests in a row without an answer. */
  #unanswered = 0;

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** True while the provider's last answer was that it refuses the key. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** What the tests say of the provider, where nothing else is known of it; null: nothing. */
  get health(): ProviderHealth | null {
    if (this.#isRefused || this.#unanswered >= downTests) return 'DOWN';
    if (this.#unanswered > 0) return 'DEGRADED';
    return this.#isAccepted ? 'UP' : null;
  }

  /** True from the start to the stop, also when nothing is left to find out. */
  get isWorking(): boolean {
    return this.#loop !== null && !this.#stopping.signal.aborted;
  }

  /** Begins; waits for no answer. */
  start(): void {
    if (this.#loop === null) this.#begin();
  }

  /** Requests fail, perhaps by the key: asks again, if that is some time ago. Waits for no answer. */
  suspect(): void {
    const pauseMs = suspicionFactor * this.#options.provider.pollIntervalMs;
    if (!this.#isAsking && performance.now() - this.#askedAt >= pauseMs) this.#begin();
  }

  #begin(): void {
    if (this.#stopping.signal.aborted) return;
    this.#isAsking = true;
    this.#loop = this.#run().finally(() => {
      this.#isAsking = false;
      this.#askedAt = performance.now();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { provider, log, random } = this.#options;
    const { keyTest, pollIntervalMs } = provider;
    if (keyTest === undefined) return;
    const { signal } = this.#stopping;
    for (let asked = 0; !signal.aborted; asked += 1) {
      try {
        const verdict = await keyTest.run(signal);
        if (signal.aborted) return;
        this.#note(verdict, keyTest.variable);
        if (verdict.kind === 'accepted' || verdict.kind === 'unclear') return;
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error, provider: provider.name }, 'the key of the provider could not be tested');
      }
      // A provider that is back is noticed within a minute; a key is replaced with a new start.
      const delay = this.#unanswered > 0 ? nextUnansweredDelay : nextCheckDelay;
      await pause(delay(pollIntervalMs, asked, random()), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Silence proves nothing: what was known stays. */
  #note(verdict: KeyVerdict, variable: string): void {
    const { provider, log } = this.#options;
    if (verdict.kind === 'unanswered') {
      this.#unanswered += 1;
      if (this.#unanswered > 1) return;
      log.warn(
        { provider: provider.name, reason: verdict.reason },
        `${provider.label} does not answer: tasks wait until it does`,
      );
      return;
    }
    if (this.#unanswered > 0) log.info({ provider: provider.name }, `${provider.label} answers`);
    this.#unanswered = 0;
    this.#isAccepted = verdict.kind === 'accepted';
    const isRefused = verdict.kind === 'refused';
    if (isRefused === this.#isRefused) return;
    this.#isRefused = isRefused;
    const facts = { provider: provider.name, variable };
    if (isRefused) {
      log.warn(
        facts,
        `${provider.label} refuses the key in ${variable}: new tasks fail until it is replaced`,
      );
    } else log.info(facts, `${provider.label} accepts the key in ${variable} now`);
  }
}
