import { performance } from 'node:perf_hooks';

/** A timer that is later than this shows that the process was blocked or suspended, in milliseconds. */
const stallMs = 50;
/** The time to read and process what arrived during such a stall, in milliseconds. */
const graceMs = 1000;
/** The number of times that a deadline is extended: a process that stalls again and again must not wait for ever. */
const longestGraces = 3;

/**
 * A time limit for the other side of a connection. It never passes because this process was stalled: what had arrived
 * by then is read first. After a stall the limit is extended by a second, or by its own length if that is less.
 *
 * Owns one timer, which `[Symbol.dispose]` ends; nothing is called after that.
 */
export class Deadline implements Disposable {
  readonly #onPassed: () => void;
  #graces = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | null = null;

  /** @param onPassed called once when the limit has passed; must not throw */
  constructor(limitMs: number, onPassed: () => void) {
    this.#onPassed = onPassed;
    this.#wait(limitMs);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }

  #wait(ms: number): void {
    const dueAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      const isLate = performance.now() - dueAt > stallMs;
      if (isLate && this.#graces < longestGraces) {
        this.#graces += 1;
        this.#wait(Math.min(graceMs, ms));
      } else {
        // Timers run before I/O in an iteration of the event loop: what is in the sockets is read in between.
        this.#timer = setImmediate(this.#onPassed);
      }
    }, ms);
  }
}

/** A deadline as an `AbortSignal`, which aborts with a `TimeoutError` as `AbortSignal.timeout` does. */
export class DeadlineSignal implements Disposable {
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;

  constructor(limitMs: number) {
    this.#deadline = new Deadline(limitMs, () => {
      this.#abort.abort(new DOMException('The time limit has passed', 'TimeoutError'));
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** True if the limit has passed. */
  get hasPassed(): boolean {
    return this.#abort.signal.aborted;
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}
