import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Sample } from './reading.ts';

/** The interval of the monitor's timer, in milliseconds: it wakes an idle process as often. */
const resolutionMs = 20;
/** Reads within this time share one period, in milliseconds, so that several scrapers see the same delays. */
const shortestPeriodMs = 5000;

const quantiles = [0.5, 0.9, 0.99, 1];

/** Monitors how late the event loop comes to its timers. Owns a timer of Node until its disposal. */
export class EventLoopDelay implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #begunAt = performance.now();

  constructor() {
    this.#histogram.enable();
  }

  /** Seconds by quantile (1: the longest) since the read before; none before the first tick of the timer. */
  read(): Sample[] {
    if (this.#histogram.count === 0) return [];
    const samples = quantiles.map((quantile): Sample => {
      const ms = (quantile === 1 ? this.#histogram.max : this.#histogram.percentile(quantile * 100)) / 1e6;
      // Node reports the whole time from one tick to the next.
      return [Math.max(0, ms - resolutionMs) / 1000, String(quantile)];
    });
    if (performance.now() - this.#begunAt > shortestPeriodMs) {
      this.#histogram.reset();
      this.#begunAt = performance.now();
    }
    return samples;
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}
