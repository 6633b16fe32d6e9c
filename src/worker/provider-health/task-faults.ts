import type { TaskId } from '../../domain/video-task.ts';

/** What is known of a task that met a fault of the provider. */
export interface Fault {
  /** How often in a row. */
  readonly inARow: number;
  /** Whether the provider had answered about another task since the time before: it is this one's own fault. */
  readonly isOwn: boolean;
  /** How often of these that was so. */
  readonly own: number;
}

/** So many faults of its own prove that a task is odd. */
export const provenFaults = 3;
/** Tasks that are remembered. More failing at once are an outage, and the oldest of them are counted anew. */
const maxTasks = 10_000;

/**
 * Tells faults of the provider from those of one task's record: a task that fails again although others were
 * answered since is odd itself. Kept in memory; a restart counts anew.
 */
export class Faults {
  readonly #byTask = new Map<TaskId, Fault & { readonly answers: number }>();
  /** Checks that were answered, about whichever task. */
  #answers = 0;

  /** A check of this task was answered. */
  answered(id: TaskId): void {
    this.#answers += 1;
    this.#byTask.delete(id);
  }

  /** A check of this task met a fault. */
  failed(id: TaskId): Fault {
    const before = this.#byTask.get(id);
    const isOwn = before !== undefined && this.#answers > before.answers;
    const fault = { inARow: (before?.inARow ?? 0) + 1, isOwn, own: (before?.own ?? 0) + (isOwn ? 1 : 0) };
    // Last, so that the first is the one that failed longest ago.
    this.#byTask.delete(id);
    this.#byTask.set(id, { ...fault, answers: this.#answers });
    const [oldest] = this.#byTask.keys();
    if (this.#byTask.size > maxTasks && oldest !== undefined) this.#byTask.delete(oldest);
    return fault;
  }
}
