import type { LoopBudget } from '../../time/loop-budget.ts';

/**
 * The order in which work gets the one connection of a database: first come, first served.
 *
 * A release wakes exactly one waiter. Once the store has used up an event-loop iteration, the next waiter begins in
 * the following one, so that a long series of reads never keeps other I/O waiting.
 */
export class ConnectionQueue {
  readonly #budget: LoopBudget;
  #waiting: (() => void)[] = [];
  /** The waiters before this index have been served. */
  #next = 0;
  #isHeld = false;

  constructor(budget: LoopBudget) {
    this.#budget = budget;
  }

  /** Resolves when the connection is the caller's, until it calls `release`. */
  acquire(): Promise<void> {
    if (!this.#isHeld && !this.#budget.isSpent()) {
      this.#isHeld = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isHeld) {
        this.#isHeld = true;
        setImmediate(() => this.#serve());
      }
    });
  }

  /** Hands the connection to the next waiter, if there is one. */
  release(): void {
    if (this.#next < this.#waiting.length && this.#budget.isSpent()) setImmediate(() => this.#serve());
    else this.#serve();
  }

  #serve(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#waiting = [];
      this.#next = 0;
      this.#isHeld = false;
      return;
    }
    this.#next += 1;
    // The served half is dropped now and then: each waiter is moved at most once on average.
    if (this.#next > 1000 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    next();
  }
}
