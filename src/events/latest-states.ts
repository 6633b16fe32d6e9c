import type { TaskId, VideoTask } from '../domain/video-task.ts';

/** The result of a push. */
export type PushResult =
  /** The state waits after all states before it. */
  | 'queued'
  /** The state waits, and of each task that is waiting only the newest state was kept. */
  | 'coalesced';

/** With more states than this waiting, states in between are dropped. Fewer are delivered one by one. */
const coalescedAbove = 200;

/**
 * States that wait to be delivered, in revision order. Of many, only the newest state of each task is kept, so that the
 * queue never holds more than 200 states or twice as many as there are tasks in it.
 */
export class LatestStates {
  #states: VideoTask[] = [];
  #coalesceAbove = coalescedAbove;

  get size(): number {
    return this.#states.length;
  }

  /** Adds a state, which must be newer than all before it. Costs constant time on average. */
  push(task: VideoTask): PushResult {
    this.#states.push(task);
    if (this.#states.length <= this.#coalesceAbove) return 'queued';
    this.#states = newestOfEach(this.#states);
    this.#coalesceAbove = Math.max(coalescedAbove, 2 * this.#states.length);
    return 'coalesced';
  }

  /** Takes out the oldest state; undefined when none waits. */
  shift(): VideoTask | undefined {
    return this.#states.shift();
  }

  clear(): void {
    this.#states = [];
  }
}

function newestOfEach(tasks: readonly VideoTask[]): VideoTask[] {
  const newest = new Map<TaskId, VideoTask>();
  for (const task of tasks) {
    // A map keeps the position of a key that is set again: taken out first, the state moves to its own revision.
    newest.delete(task.id);
    newest.set(task.id, task);
  }
  return [...newest.values()];
}
