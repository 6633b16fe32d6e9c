/** Time servers make smaller steps all day. In milliseconds. */
const smallestJumpMs = 2000;

/** Detects that the wall clock was set, by comparison with a monotonic clock. */
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

  /** Whole milliseconds by which the clock was set since the last call; 0 when it was not, negative when it was set back. */
  jump(): number {
    const offset = this.#now() - this.#uptime();
    const jumpMs = Math.round(offset - this.#offset);
    this.#offset = offset;
    return Math.abs(jumpMs) < smallestJumpMs ? 0 : jumpMs;
  }
}
