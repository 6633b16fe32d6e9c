/** How long work goes on before others get the event loop, in milliseconds. */
const sliceMs = 20;

/**
 * Hands out the event loop in slices, so that long work of one caller lets everything else in between. Work that is
 * put off is taken up again one piece per iteration of the loop, owners in turn.
 */
export class LoopSlices {
  /** Until when this iteration may go on; null before anything asked. */
  #until: number | null = null;
  readonly #waiting = new Map<string, (() => void)[]>();
  #isScheduled = false;
  readonly #reset = (): void => {
    this.#until = null;
  };
  readonly #run = (): void => {
    this.#isScheduled = false;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [owner, queue] = first;
    // To the end of the line, behind the other owners.
    this.#waiting.delete(owner);
    const resume = queue.shift();
    if (queue.length > 0) this.#waiting.set(owner, queue);
    if (this.#waiting.size > 0) this.#schedule();
    this.#until = performance.now() + sliceMs;
    setImmediate(this.#reset);
    resume?.();
  };

  /** Whether work may go on in this iteration of the event loop. */
  hasTime(): boolean {
    const now = performance.now();
    if (this.#until === null) {
      this.#until = now + sliceMs;
      setImmediate(this.#reset);
    }
    return now < this.#until;
  }

  /** Resolves in a later iteration, which then has time; owners in turn. Always resolves. */
  next(owner: string): Promise<void> {
    return new Promise((resolve) => {
      const queue = this.#waiting.get(owner);
      if (queue === undefined) this.#waiting.set(owner, [resolve]);
      else queue.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#run);
  }
}
