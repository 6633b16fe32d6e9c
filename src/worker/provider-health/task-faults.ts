import { LRUCache } from 'lru-cache';
import type { TaskId } from '../../domain/video-task.ts';

/** Faults of the provider that one task met in a row. */
export interface TaskFault {
  /** Their number. */
  readonly inARow: number;
  /** True if the provider answered about another task since the fault before: then this one is the task's own. */
  readonly isOwn: boolean;
  /** The number of them that were the task's own. */
  readonly own: number;
}

/** The number of its own faults that proves a task to be odd. */
export const provenFaults = 3;
/** The number of tasks that are remembered. More that fail at once are an outage; the oldest of them are counted from zero. */
const maxTasks = 10_000;

/**
 * Faults of tasks, separate from faults of the provider: a task that fails again although others were answered since
 * is odd itself. Kept in memory: a restart counts from zero.
 */
export class TaskFaults {
  readonly #byTask = new LRUCache<TaskId, TaskFault & { readonly answers: number }>({ max: maxTasks });
  /** The number of checks that were answered, about any task. */
  #answers = 0;

  /** Records that a check of this task was answered. */
  answered(id: TaskId): void {
    this.#answers += 1;
    this.#byTask.delete(id);
  }

  /** Records that a check of this task met a fault. */
  failed(id: TaskId): TaskFault {
    const before = this.#byTask.get(id);
    const isOwn = before !== undefined && this.#answers > before.answers;
    const fault = { inARow: (before?.inARow ?? 0) + 1, isOwn, own: (before?.own ?? 0) + (isOwn ? 1 : 0) };
    this.#byTask.set(id, { ...fault, answers: this.#answers });
    return fault;
  }
}
