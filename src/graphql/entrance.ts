import { OwnerCounts } from '../commands/owner-counts.ts';
import type { Owner } from '../domain/video-task.ts';
import type { MaybePromise } from '../store/store.ts';

/** The time for what begins in one iteration of the event loop, in milliseconds. New connections wait for its end. */
const batchMs = 8;
/** What `run` begins at once in one iteration; a socket brings hundreds of messages at a time. */
const begunAtOnce = 20;
/** Operations that read at once. The database serves one after the other, so that more only make others wait. */
const slots = 24;
/** The slots that are kept for owners who hold none. */
const keptSlots = 4;

interface Waiting {
  readonly begin: () => void;
}

/**
 * The way of all operations into the engine, on every transport: owners take turns, so that the next operation of one
 * owner waits for one or two of another, however many of those there are.
 *
 * What waits begins at the end of an iteration of the event loop, one after the other, and responses are written after
 * that. One step for all is a third cheaper than all steps for each, measured with 50 connections: code and data of
 * parsing, executing and writing evict each other from the caches, and a reader on the same machine, such as a proxy, is
 * woken for each response.
 */
export class Entrance {
  /** In the order in which the owners are served. */
  readonly #waiting = new Map<Owner, Waiting[]>();
  readonly #holds = new OwnerCounts();
  #held = 0;
  #begun = 0;
  #writes: (() => void)[] = [];
  #isScheduled = false;

  /** Begins `work` when it is its owner's turn, not before the end of this iteration. Settles as `work` does. */
  execute<Result>(owner: Owner, work: () => MaybePromise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        try {
          resolve(work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const queue = this.#waiting.get(owner);
      if (queue === undefined) this.#waiting.set(owner, [{ begin }]);
      else queue.push({ begin });
      this.#schedule();
    });
  }

  /** The same; begins at once, and without a promise of its own, if nothing waits and little has begun. */
  run<Result>(owner: Owner, work: () => MaybePromise<Result>): MaybePromise<Result> {
    if (this.#waiting.size > 0 || this.#begun >= begunAtOnce || !this.#hasSlot(owner)) {
      return this.execute(owner, work);
    }
    this.#begun += 1;
    this.#schedule();
    return work();
  }

  /** Counts a read of an owner that has begun until it ends: while the slots are taken, nothing begins. Returns it. */
  hold<Result>(owner: Owner, result: Promise<Result>): Promise<Result> {
    this.#held += 1;
    this.#holds.add(owner, 1);
    const leave = () => {
      this.#held -= 1;
      this.#holds.add(owner, -1);
      if (this.#waiting.size > 0) this.#schedule();
    };
    result.then(leave, leave);
    return result;
  }

  /** Calls `write` after what begins in this iteration. It must not throw. */
  write(write: () => void): void {
    this.#writes.push(write);
    this.#schedule();
  }

  #hasSlot(owner: Owner): boolean {
    return this.#held < slots - (this.#holds.of(owner) === 0 ? 0 : keptSlots);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#serve);
  }

  readonly #serve = (): void => {
    this.#isScheduled = false;
    this.#begun = 0;
    const isBehind = this.#beginWaiting();
    this.#writeResponses();
    if (isBehind || this.#writes.length > 0) this.#schedule();
  };

  /** A response of some MB takes milliseconds: what the time is too short for is written in the next iteration. */
  #writeResponses(): void {
    const until = performance.now() + batchMs;
    const writes = this.#writes;
    this.#writes = [];
    for (let at = 0; at < writes.length; at += 1) {
      writes[at]?.();
      if (performance.now() <= until) continue;
      this.#writes = [...writes.slice(at + 1), ...this.#writes];
      return;
    }
  }

  /** Begins what waits, one of each owner in turn. Returns whether the time was over before the end. */
  #beginWaiting(): boolean {
    const until = performance.now() + batchMs;
    // An owner that is served moves to the end, and is visited again there.
    for (const [owner, queue] of this.#waiting) {
      if (!this.#hasSlot(owner)) continue;
      this.#waiting.delete(owner);
      const next = queue.shift();
      if (queue.length > 0) this.#waiting.set(owner, queue);
      next?.begin();
      if (performance.now() > until) return this.#waiting.size > 0;
    }
    return false;
  }
}
