import type { ProviderName, VideoTask } from '../domain/video-task.ts';

/** A provider that called back within this time is expected to do so again, in milliseconds. */
const memoryMs = 600_000;

/** The last callback of each provider. While callbacks arrive, regular checks may be rarer. Kept in memory. */
export class RecentCallbacks {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #lastAt = new Map<ProviderName, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Records that a provider called back now. */
  note(provider: ProviderName): void {
    this.#lastAt.set(provider, this.#now());
  }

  /** True if a callback about this task can be expected. */
  areExpectedFor({ provider: { name, submittedAt } }: VideoTask): boolean {
    const lastAt = this.#lastAt.get(name) ?? Number.NEGATIVE_INFINITY;
    if (this.#now() - lastAt >= memoryMs) return false;
    // What was submitted before this start, or elsewhere, may have another address for callbacks.
    return submittedAt !== null && submittedAt >= this.#startedAt;
  }
}
