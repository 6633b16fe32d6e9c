/**
 * Lets a fixed number of pieces of work begin in each iteration of the event loop, in the order in which they ask: for
 * work that continues in microtasks, so that the time it takes is not known when the next one asks.
 */
export class LoopTurns {
  readonly #perIteration: number;
  #begun = 0;
  #waiting: (() => void)[] = [];
  #isScheduled = false;

  constructor(perIteration: number) {
    this.#perIteration = perIteration;
  }

  /** Resolves when the work may begin; null: now. */
  next(): Promise<void> | null {
    this.#schedule();
    if (this.#begun < this.#perIteration && this.#waiting.length === 0) {
      this.#begun += 1;
      return null;
    }
    return new Promise((begin) => void this.#waiting.push(begin));
  }

  readonly #renew = (): void => {
    this.#isScheduled = false;
    const next = this.#waiting.splice(0, this.#perIteration);
    this.#begun = next.length;
    if (next.length > 0) this.#schedule();
    for (const begin of next) begin();
  };

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#renew);
  }
}
