import { LoopBudget } from './loop-budget.ts';

/** Time for which work continues before it yields the event loop, in milliseconds. */
const sliceMs = 15;

/** About the number of microtasks that rendering one state takes. */
const ticksOfAPiece = 30;

interface Waiting {
  readonly resume: () => void;
  readonly isLong: boolean;
}

/**
 * Shares of the event loop, so that long work of one caller lets everything else in between. Deferred work is resumed in
 * later iterations of the loop, alternating between owners.
 */
export class LoopSlices {
  readonly #budget = new LoopBudget(sliceMs);
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;
  readonly #start = (): void => {
    void this.#run();
  };

  /** True if work may continue in this iteration of the event loop. */
  hasTime(): boolean {
    return !this.#budget.isSpent();
  }

  /**
   * Resolves in a later iteration, which then has time; owners alternate. Always resolves.
   *
   * @param isLong nothing else is resumed in the same iteration after it
   */
  next(owner: string, isLong = false): Promise<void> {
    return new Promise((resume) => {
      const waiting = { resume, isLong };
      const queue = this.#waiting.get(owner);
      if (queue === undefined) this.#waiting.set(owner, [waiting]);
      else queue.push(waiting);
      this.#schedule();
    });
  }

  async #run(): Promise<void> {
    this.#budget.renew();
    for (;;) {
      const waiting = this.#shift();
      if (waiting === undefined) break;
      waiting.resume();
      // The resumed work continues in microtasks.
      for (let tick = 0; tick < ticksOfAPiece; tick += 1) await Promise.resolve();
      if (waiting.isLong || !this.hasTime()) break;
    }
    this.#isScheduled = false;
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Takes out the next one, and moves its owner to the end. */
  #shift(): Waiting | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [owner, queue] = first;
    this.#waiting.delete(owner);
    const waiting = queue.shift();
    if (queue.length > 0) this.#waiting.set(owner, queue);
    return waiting;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#start);
  }
}
