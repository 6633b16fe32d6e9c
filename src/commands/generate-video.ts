import type { Owner } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { keepTask } from './create-task.ts';
import { prepareVideo } from './prepare-video.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import { success, type TaskResult } from './task-result.ts';

/** Takes a new task. No provider is asked before this answers. */
export async function generateVideo(
  commands: Commands,
  owner: Owner,
  input: GenerateVideoInput,
  idempotencyKey: string | null,
): Promise<TaskResult> {
  const { store, now } = commands;
  const prepared = await prepareVideo(commands, owner, input, idempotencyKey, (uploadId) =>
    store.useUpload(owner, uploadId, now()),
  );
  switch (prepared.kind) {
    case 'refused':
      return { task: null, userErrors: prepared.userErrors };
    case 'repeated':
      return success(prepared.task);
    case 'prepared':
      return keepTask(commands, prepared.task, prepared.key, prepared.fields, {
        ...(prepared.reason !== null && { reason: prepared.reason }),
      });
    default:
      return prepared satisfies never;
  }
}
