import { setTimeout } from 'node:timers/promises';
import { percentile } from './report.ts';

const pauseMs = 20;

/** Asks `/healthz` all the time, one request after the other: how long the process keeps others waiting. */
export class HealthProbe implements AsyncDisposable {
  readonly #times: number[] = [];
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(url: string) {
    this.#running = this.#run(url);
  }

  /** The times so far, in milliseconds. */
  async stop(): Promise<{ readonly p50: number; readonly p99: number }> {
    await this[Symbol.asyncDispose]();
    return { p50: percentile(this.#times, 0.5), p99: percentile(this.#times, 0.99) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(url: string): Promise<void> {
    while (!this.#isStopped) {
      const startedAt = performance.now();
      const response = await fetch(`${url}/healthz`);
      await response.text();
      this.#times.push(performance.now() - startedAt);
      await setTimeout(pauseMs);
    }
  }
}
