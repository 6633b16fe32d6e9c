/**
 * How long the store may use one iteration of the event loop before other I/O is served, in milliseconds.
 * node:sqlite is synchronous, so a chain of reads is microtasks only. Shorter costs an iteration (some 5 µs) more
 * often; longer delays every other request.
 */
const budgetMs = 10;

/** The share of the present event-loop iteration that the store has used. */
export class LoopTurn {
  #startedAt: number | null = null;
  readonly #reset = () => {
    this.#startedAt = null;
  };

  /** Whether the store should leave the rest of this iteration to others. The first call in it starts its clock. */
  isSpent(): boolean {
    const now = performance.now();
    if (this.#startedAt === null) {
      this.#startedAt = now;
      setImmediate(this.#reset);
      return false;
    }
    return now - this.#startedAt >= budgetMs;
  }
}
