import { StorageError } from '../media/storage-error.ts';
import type { Owner, TaskId } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { failure, unknownTask } from './task-result.ts';
import type { UserError } from '../domain/user-error.ts';

/** The result of `deleteVideoTask`. */
export interface DeleteResult {
  readonly deletedId: TaskId | null;
  readonly userErrors: readonly UserError[];
}

/**
 * Deletes a task that has ended, and its video. Subscribers are sent a last revision; what it cost and its
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
            `The task has not ended yet: it is ${task.stage}. Cancel it first, or wait for its end.`,
            ['id'],
          );
    return { deletedId: null, userErrors };
  }
  if (deleted.result.video !== null) await removeVideo(commands, deleted.result.video.mediaKey);
  return { deletedId: id, userErrors: [] };
}

/** After the commit: a crash in between leaves a file that the purge removes. */
async function removeVideo({ store, files }: Commands, mediaKey: string): Promise<void> {
  try {
    await files.remove(mediaKey);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // The task is deleted all the same: housekeeping logs the fault, and removes the file as soon as it can.
    await store.releaseMedia(mediaKey);
  }
}
