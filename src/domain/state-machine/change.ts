import type { TaskPatch } from '../task-fields.ts';
import type { Cost, TaskWork, Transition } from '../video-task.ts';

/** A change of a task: decided on the row as it is, and written in the transaction that read it. */
export interface Change {
  readonly patch: TaskPatch;
  /** True if the change takes a new revision, so that subscribers are sent it. */
  readonly announces: boolean;
  /** The row of the task's history; null where its stage stays and nothing is to be noted. */
  readonly transition: Transition | null;
  /** A row that was left out of the history, and that must stand before `transition`. */
  readonly stepBefore?: Transition;
  /**
   * A bill in addition to the task's own, booked in the month of the task; one that is booked already stays as it is.
   * `cost` null: its price is not known.
   */
  readonly secondBill?: { readonly providerTaskId: string; readonly cost: Cost | null };
}

/** A change of what is left to do, which no one is sent. */
export const quietly = (work: Partial<TaskWork>): Change => ({
  patch: { work },
  announces: false,
  transition: null,
});
