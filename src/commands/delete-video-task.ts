import { message } from '../domain/messages.ts';
import { StorageError } from '../media/storage-error.ts';
import { mediaKeysOf, type Owner, type TaskId, type VideoTask } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { failure, unknownTask } from './task-result.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/** The result of `deleteVideoTask`. */
export interface DeleteResult {
  readonly deletedId: TaskId | null;
  readonly userErrors: readonly UserError[];
}

/**
 * Deletes a task that has ended, its video and its poster. Subscribers are sent a last revision; what it cost and its
 * idempotency key stay.
 */
export async function deleteVideoTask(commands: Commands, owner: Owner, id: TaskId): Promise<DeleteResult> {
  const deleted = await commands.recorder.recordOwn(owner, id, { kind: 'deleted' });
  if (deleted === null) {
    const task = await commands.store.getOwn(owner, id);
    const { userErrors } =
      task === null
        ? unknownTask
        : failure(
            'NOT_TERMINAL',
            message('TASK_NOT_ENDED', { stage: task.stage }),
            `The task has not ended yet: it is ${task.stage}. Cancel it first, or wait for its end.`,
            ['id'],
          );
    return { deletedId: null, userErrors };
  }
  await removeMedia(commands, deleted);
  return { deletedId: id, userErrors: [] };
}

/** After the commit that released the files: what a crash or a fault leaves, housekeeping removes. */
async function removeMedia({ store, files }: Commands, { result: { video } }: VideoTask): Promise<void> {
  const keys = mediaKeysOf(video);
  try {
    for (const key of keys) await files.remove(key);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // The task is deleted all the same. Housekeeping logs a fault that persists.
    return;
  }
  await store.media.forget(keys);
}
