import type { TaskId } from '../domain/video-task.ts';

/** One paid attempt while this process makes it. */
export interface Attempt extends Disposable {
  /** True if the task is still to be sent: false once it was canceled. */
  readonly isWanted: () => boolean;
}

/**
 * Paid attempts that this process makes now, from before their request until their outcome is written. Their tasks
 * are in its hands whatever the lease in the database says, which may run out while nothing can be written.
 */
export class Attempts {
  readonly #wanted = new Map<TaskId, boolean>();

  /** Begins one; its disposal ends it. A task has one at a time. */
  begin(id: TaskId): Attempt {
    this.#wanted.set(id, true);
    return {
      isWanted: () => this.#wanted.get(id) === true,
      [Symbol.dispose]: () => void this.#wanted.delete(id),
    };
  }

  /** True if this process makes one for a task. */
  has(id: TaskId): boolean {
    return this.#wanted.has(id);
  }

  /** The task was canceled. Nothing happens where there is no attempt. */
  cancel(id: TaskId): void {
    if (this.#wanted.has(id)) this.#wanted.set(id, false);
  }
}
