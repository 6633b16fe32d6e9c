import type { ProviderName, VideoTask } from '../domain/video-task.ts';

/** A provider that called back within this time is expected to do so again, in milliseconds. */
const memoryMs = 600_000;

/** The last callback of each provider. While callbacks arrive, regular checks may be rarer. */
export class RecentCallbacks {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #lastAt = new Map<ProviderName, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Records that a provider called back now. Returns whether other instances should learn of it: not for each one. */
  note(provider: ProviderName): boolean {
    const before = this.#lastAt.get(provider) ?? Number.NEGATIVE_INFINITY;
    const isNews = this.#now() - before > memoryMs / 10;
    if (isNews) this.#lastAt.set(provider, this.#now());
    return isNews;
  }

  /** Records that it called back then, here or elsewhere. */
  noteAt(provider: ProviderName, at: number): void {
    this.#lastAt.set(provider, Math.max(at, this.#lastAt.get(provider) ?? 0));
  }

  /** True if a callback about this task can be expected. */
  areExpectedFor({ provider: { name, submittedAt } }: VideoTask): boolean {
    const lastAt = this.#lastAt.get(name) ?? Number.NEGATIVE_INFINITY;
    if (this.#now() - lastAt >= memoryMs) return false;
    // What was submitted before this start, or elsewhere, may have another address for callbacks.
    return submittedAt !== null && submittedAt >= this.#startedAt;
  }
}
