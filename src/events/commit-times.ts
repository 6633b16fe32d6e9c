/** The number of reads whose time is kept; a state that waits for longer counts from the oldest of them. */
const keptReads = 256;

/** When this process learned of commits, by revision. Takes the same memory however many there are. */
export class CommitTimes {
  readonly #revisions = new Float64Array(keptReads);
  readonly #times = new Float64Array(keptReads);
  #next = 0;

  /**
   * Notes a read of changes.
   *
   * @param upTo its last revision
   * @param at when the first of its commits was announced, in milliseconds of `performance.now()`
   */
  note(upTo: number, at: number): void {
    const slot = this.#next % keptReads;
    this.#revisions[slot] = upTo;
    this.#times[slot] = at;
    this.#next += 1;
  }

  /** The time of the read that had a revision, which must be among those that were noted. */
  of(revision: number): number {
    let time = 0;
    for (let back = 1; back <= Math.min(keptReads, this.#next); back += 1) {
      const slot = (this.#next - back) % keptReads;
      if (back > 1 && (this.#revisions[slot] ?? 0) < revision) break;
      time = this.#times[slot] ?? 0;
    }
    return time;
  }
}
