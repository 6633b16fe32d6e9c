import { OwnerCounts } from './owner-counts.ts';
import type { Owner } from '../domain/video-task.ts';

/** The numbers of calls that may wait at once. */
export interface CallBounds {
  readonly perOwner: number;
  readonly total: number;
}

/**
 * Counts calls that wait for a provider, so that their number is bounded: each keeps a request and its connection in
 * memory for as long as the provider takes.
 */
export class BoundedCalls {
  readonly bounds: CallBounds;
  readonly #ofOwners = new OwnerCounts();
  #total = 0;

  constructor(bounds: CallBounds) {
    this.bounds = bounds;
  }

  /** Runs the call and counts it until it has ended; null, without a run, if too many wait already. */
  run<T>(owner: Owner, call: () => Promise<T>): Promise<T> | null {
    const { perOwner, total } = this.bounds;
    if (this.#total >= total || this.#ofOwners.of(owner) >= perOwner) return null;
    return this.#run(owner, call);
  }

  async #run<T>(owner: Owner, call: () => Promise<T>): Promise<T> {
    this.#total += 1;
    this.#ofOwners.add(owner, 1);
    try {
      return await call();
    } finally {
      this.#total -= 1;
      this.#ofOwners.add(owner, -1);
    }
  }
}
