/** Each pause is so many times the one before. */
const growth = 2;
/** The longest pause, in milliseconds: within it a host that is back is noticed. */
const longestPauseMs = 60_000;

/** A pause that lasts: the reason of the last failure, and the time to wait in milliseconds. */
export interface Pause {
  readonly reason: string;
  readonly waitMs: number;
}

/** Pauses between tries of something that fails: longer and longer ones, and one try after each. */
export class UploadBackOff {
  readonly #baseMs: number;
  readonly #now: () => number;
  #failures = 0;
  #reason = '';
  #until = 0;
  #isTrying = false;

  /** @param baseMs the first pause, in milliseconds */
  constructor(baseMs: number, now: () => number) {
    this.#baseMs = baseMs;
    this.#now = now;
  }

  /** True since a try failed, until one succeeds. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Begins a try, which ends with one of the methods below: null. Otherwise the pause. */
  begin(): Pause | null {
    if (!this.isFailing) return null;
    const waitMs = this.#until - this.#now();
    // A clock that was set back must not make it longer.
    if (waitMs > 0 && waitMs <= longestPauseMs) return { reason: this.#reason, waitMs };
    if (this.#isTrying) return { reason: this.#reason, waitMs: this.#baseMs };
    this.#isTrying = true;
    return null;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#isTrying = false;
  }

  /** Returns the pause that follows, in milliseconds. */
  failed(reason: string): number {
    const waitMs = Math.min(longestPauseMs, this.#baseMs * growth ** Math.min(this.#failures, 20));
    // One that began before the pause says nothing new.
    if (this.#failures > 0 && !this.#isTrying && this.#until > this.#now()) return this.#until - this.#now();
    this.#failures += 1;
    this.#reason = reason;
    this.#until = this.#now() + waitMs;
    this.#isTrying = false;
    return waitMs;
  }

  /** A try ended without a result, such as by a stop. */
  abandoned(): void {
    this.#isTrying = false;
  }
}
