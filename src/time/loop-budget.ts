/** A share of each event-loop iteration. Its time runs from the first call in an iteration to the end of that iteration. */
export class LoopBudget {
  readonly #ms: number;
  #startedAt: number | null = null;
  readonly #reset = (): void => {
    this.#startedAt = null;
  };

  /** @param ms the share, in milliseconds */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** True if the rest of this iteration should be left to others. */
  isSpent(): boolean {
    if (this.#startedAt === null) {
      this.renew();
      return false;
    }
    return performance.now() - this.#startedAt >= this.#ms;
  }

  /** Starts the time of this iteration again. */
  renew(): void {
    this.#startedAt = performance.now();
    setImmediate(this.#reset);
  }
}
