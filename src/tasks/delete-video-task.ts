import type { Owner, TaskId } from '../store/video-task.ts';
import { isOwn, type Commands } from './commands.ts';
import { failure, unknownTask } from './task-result.ts';
import type { UserError } from './user-error.ts';

/** What `deleteVideoTask` answers. */
export interface DeleteResult {
  readonly deletedId: TaskId | null;
  readonly userErrors: readonly UserError[];
}

/**
 * Deletes a task that has ended, and its video. Subscribers are told once more; what it cost and its
 * idempotency key stay.
 */
export async function deleteVideoTask(commands: Commands, owner: Owner, id: TaskId): Promise<DeleteResult> {
  const deleted = await commands.recorder.decide(id, (row) =>
    isOwn(row, owner) ? { kind: 'deleted' } : null,
  );
  if (deleted === null) {
    const task = await commands.store.getOwn(owner, id);
    const { userErrors } =
      task === null
        ? unknownTask
        : failure(
            'NOT_TERMINAL',
            `The task has not ended yet: it is ${task.stage}. Cancel it first, or wait for its end.`,
            ['id'],
          );
    return { deletedId: null, userErrors };
  }
  // After the commit: a crash in between leaves a file that the purge removes.
  if (deleted.video !== null) await commands.files.remove(deleted.video.mediaKey);
  return { deletedId: id, userErrors: [] };
}
