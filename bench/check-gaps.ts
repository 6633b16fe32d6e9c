import { setTimeout } from 'node:timers/promises';
import { queryAt } from '../test/support/start-app.ts';
import { percentile } from './report.ts';

/** Tasks that are watched, spread over all. */
const watched = 200;
/** Fields of one request. */
const atOnce = 25;
/** Several times in the shortest interval that is of interest. */
const pauseMs = 1000;

/** Times between two checks of a task, as clients see them in `lastCheckedAt`. */
export class CheckGaps implements AsyncDisposable {
  readonly #ids: readonly string[];
  readonly #lastAt = new Map<string, number>();
  readonly #gaps: number[] = [];
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(url: string, ids: readonly string[]) {
    const step = Math.max(1, Math.floor(ids.length / watched));
    this.#ids = ids.filter((_, index) => index % step === 0).slice(0, watched);
    this.#running = this.#run(url);
  }

  /**
   * The gaps so far, in seconds; A gap below the pause
   * between two looks is not seen: several checks then count as one.
   */
  async stop(): Promise<{ readonly p50: number; readonly p95: number }> {
    await this[Symbol.asyncDispose]();
    return { p50: percentile(this.#gaps, 0.5), p95: percentile(this.#gaps, 0.95) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(url: string): Promise<void> {
    while (!this.#isStopped) {
      for (let from = 0; from < this.#ids.length; from += atOnce) {
        await this.#look(url, this.#ids.slice(from, from + atOnce));
      }
      await setTimeout(pauseMs);
    }
  }

  async #look(url: string, ids: readonly string[]): Promise<void> {
    const fields = ids.map(
      (id, index) => `t${index}: videoTask(id: ${JSON.stringify(id)}) { lastCheckedAt }`,
    );
    const tasks = await queryAt<Record<string, { lastCheckedAt: string | null }>>(
      url,
      `{ ${fields.join(' ')} }`,
    );
    for (const [index, id] of ids.entries()) {
      const at = Date.parse(tasks[`t${index}`]?.lastCheckedAt ?? '');
      const before = this.#lastAt.get(id);
      if (before !== undefined && at > before) this.#gaps.push((at - before) / 1000);
      if (!Number.isNaN(at)) this.#lastAt.set(id, at);
    }
  }
}
