/** Smaller steps are what time servers do all day. */
const smallestJumpMs = 2000;

/** Notices when the wall clock was set, by a clock that nobody sets. */
export class ClockWatch {
  readonly #now: () => number;
  readonly #uptime: () => number;
  #offset: number;

  /** @param uptime milliseconds of a monotonic clock */
  constructor(now: () => number, uptime: () => number) {
    this.#now = now;
    this.#uptime = uptime;
    this.#offset = now() - uptime();
  }

  /** By how many milliseconds the clock was set since the last call; 0 when it was not, negative for back. */
  jump(): number {
    const offset = this.#now() - this.#uptime();
    const jumpMs = offset - this.#offset;
    this.#offset = offset;
    return Math.abs(jumpMs) < smallestJumpMs ? 0 : jumpMs;
  }
}
