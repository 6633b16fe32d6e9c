import { LRUCache } from 'lru-cache';
import { progressOf, type Progress } from '../domain/progress.ts';
import type { TaskId, VisibleTask } from '../domain/video-task.ts';

/** The number of tasks that one owner may watch at once by default, at some 100 bytes each. */
const maxTasks = 20_000;

/** Progress that never decreases while this process runs, also when its clock is set back. */
export class RisingProgress {
  /** The last reported percent of each unfinished task. */
  readonly #reported = new LRUCache<TaskId, number>({ max: maxTasks });

  /** Progress as of `now`, with at least the percent that was reported before; see `progressOf`. */
  of(task: VisibleTask, now: number, typicalSeconds: number): Progress {
    const progress = progressOf(task, now, typicalSeconds);
    if (task.stage === 'COMPLETED') {
      this.#reported.delete(task.id);
      return progress;
    }
    const percent = Math.max(this.#reported.get(task.id) ?? 0, progress.percent);
    if (percent === 0) return progress;
    this.#reported.set(task.id, percent);
    return percent === progress.percent ? progress : { ...progress, percent, estimated: true };
  }
}
