/** Time for which writes that can wait do so, in milliseconds. */
const usualWaitMs = 10;
/** With fewer writes in a group, the wait has not saved enough commits to be worth its time. */
const company = 4;
/** Without a wait so many groups in a row, one waits as a trial. */
const trialEvery = 16;

/**
 * Whether writes that can wait should, so that more of them share a commit: only while that brings some together. A lone
 * writer, who begins the next write when the last one is answered, would only lose time.
 */
export class CommitPace {
  readonly #waitMs: number;
  #pays = false;
  #withoutWait = 0;

  constructor(waitMs = usualWaitMs) {
    this.#waitMs = waitMs;
  }

  /** Time for which the next group waits for company, in milliseconds; 0: it does not wait. */
  next(): number {
    if (!this.#pays) this.#withoutWait += 1;
    return this.#pays || this.#withoutWait % trialEvery === 0 ? this.#waitMs : 0;
  }

  /** Reports the number of writes in a group that has waited. */
  note(size: number): void {
    this.#pays = size >= company;
  }
}
