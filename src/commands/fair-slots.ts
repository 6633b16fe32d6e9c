import type { Owner } from '../domain/video-task.ts';

/** Work of one owner that waits for a slot. */
interface Waiting {
  readonly start: () => void;
}

type Work<T> = (leave: () => void) => Promise<T>;

/**
 * Runs at most so many pieces of work at once, shared between owners: of those that wait, the owner who holds the
 * fewest slots is next, and a tenth of the slots, at least one, is kept for owners
 * who hold none. Work of one owner keeps its order.
 */
export class FairSlots {
  readonly #limit: number;
  readonly #kept: number;
  #taken = 0;
  readonly #held = new Map<Owner, number>();
  /** In the order in which the owners began to wait. */
  readonly #waiting = new Map<Owner, Waiting[]>();

  /** @param limit slots in all; at least 1 */
  constructor(limit: number) {
    this.#limit = limit;
    this.#kept = limit === 1 ? 0 : Math.max(1, Math.floor(limit / 10));
  }

  /**
   * Runs the work as soon as there is a slot for its owner: at once, synchronously, where one is free. The slot is free again
   * when the work has ended, or earlier, when it calls `leave`.
   */
  run<T>(owner: Owner, work: Work<T>): Promise<T> {
    if (this.#mayStart(owner)) return this.#start(owner, work);
    const { promise, resolve } = Promise.withResolvers<T>();
    const queue = this.#waiting.get(owner) ?? [];
    queue.push({ start: () => resolve(this.#start(owner, work)) });
    this.#waiting.set(owner, queue);
    return promise;
  }

  #mayStart(owner: Owner): boolean {
    return this.#taken < this.#limit - (this.#held.has(owner) ? this.#kept : 0);
  }

  async #start<T>(owner: Owner, work: Work<T>): Promise<T> {
    this.#taken += 1;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
    let isHeld = true;
    const leave = () => {
      if (!isHeld) return;
      isHeld = false;
      const held = (this.#held.get(owner) ?? 0) - 1;
      this.#taken -= 1;
      if (held > 0) this.#held.set(owner, held);
      else this.#held.delete(owner);
      while (this.#startNext());
    };
    try {
      return await work(leave);
    } finally {
      leave();
    }
  }

  #startNext(): boolean {
    let next: Owner | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const owner of this.#waiting.keys()) {
      const held = this.#held.get(owner) ?? 0;
      if (held < fewest && this.#mayStart(owner)) {
        next = owner;
        fewest = held;
      }
    }
    if (next === null) return false;
    const queue = this.#waiting.get(next) ?? [];
    const first = queue.shift();
    // After the other owners who wait, if there is more.
    this.#waiting.delete(next);
    if (queue.length > 0) this.#waiting.set(next, queue);
    first?.start();
    return true;
  }
}
