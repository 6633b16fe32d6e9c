import type { VideoTask } from '../domain/video-task.ts';
import type { UserError, UserErrorCode } from '../domain/user-error.ts';

/** What a command answers: the task, or what the caller can mend. */
export interface TaskResult {
  readonly task: VideoTask | null;
  readonly userErrors: readonly UserError[];
}

/** The command took effect. */
export const success = (task: VideoTask): TaskResult => ({ task, userErrors: [] });

/** The command took no effect; `field` is the path to what the caller can mend. */
export const failure = (
  code: UserErrorCode,
  message: string,
  field: readonly string[] | null,
): TaskResult => ({
  task: null,
  userErrors: [{ code, message, field }],
});

/** Alike for an unknown, a foreign, a deleted and a malformed id. */
export const unknownTask: TaskResult = failure(
  'NOT_FOUND',
  'There is no such task of yours. Take an id from videoTasks.',
  ['id'],
);
