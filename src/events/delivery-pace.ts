/**
 * After a delivery, a stream rests for this many times as long as it took. Changes that come meanwhile share one write for each
 * socket: with 1,000 subscribers a delivery takes 7 to 9 ms, two thirds of it in the kernel's writes, which cost as much for
 * one change as for several. Measured with 40 changes/s: without rests 12.5 µs of CPU for each message, with 1, 2, 3 and 5
 * times 12.1, 11.4, 8.5 to 9.5 and 7.2; on a machine that was busy otherwise 11 without and 5 with 3 or 5 times, as
 * deliveries take longer there. A longer rest saves more, and delays a change that follows another one.
 */
const restPerDelivery = 5;
/** The longest rest, in milliseconds. */
const longestRestMs = 50;
/** Shorter rests are left out, in milliseconds: timers are no finer. */
const shortestRestMs = 1;

/**
 * The pace at which a stream delivers changes to many subscribers. A change that comes after the rest is delivered at once,
 * and deliveries leave five sixths of the event loop to everything else. Owns one timer while a delivery waits.
 */
export class DeliveryPace implements Disposable {
  #restUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #resume: (() => void) | null = null;

  /** Notes a delivery that ends now, and the time that it took in milliseconds. */
  delivered(tookMs: number): void {
    const restMs = Math.min(longestRestMs, tookMs * restPerDelivery);
    if (restMs >= shortestRestMs) this.#restUntil = performance.now() + restMs;
  }

  /** True until the rest after the last delivery has passed. */
  get isResting(): boolean {
    return performance.now() < this.#restUntil;
  }

  /** Resolves when the rest has passed, or is ended by `Symbol.dispose`. For one caller at a time. */
  async rested(): Promise<void> {
    const waitMs = this.#restUntil - performance.now();
    if (waitMs <= 0) return;
    await new Promise<void>((resume) => {
      this.#resume = resume;
      this.#timer = setTimeout(resume, waitMs);
    });
    this.#timer = this.#resume = null;
  }

  /** Ends the rest, and the timer. */
  [Symbol.dispose](): void {
    this.#restUntil = Number.NEGATIVE_INFINITY;
    this.#timer?.[Symbol.dispose]();
    this.#resume?.();
  }
}
