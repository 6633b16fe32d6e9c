import { message, type Message } from '../domain/messages.ts';
import type { VideoTask } from '../domain/video-task.ts';
import type { UserError, UserErrorCode } from '../domain/user-errors/user-error.ts';

/** The result of a command: the task, or the errors that the caller can fix. */
export interface TaskResult {
  readonly task: VideoTask | null;
  readonly userErrors: readonly UserError[];
}

/** The command took effect. */
export const success = (task: VideoTask): TaskResult => ({ task, userErrors: [] });

/** A result without effect; `field` is the path to what the caller can fix. */
export const failure = (
  code: UserErrorCode,
  reason: Message,
  text: string,
  field: readonly string[] | null,
): TaskResult => ({
  task: null,
  userErrors: [{ code, message: text, reason, field }],
});

/** Alike for an unknown, a foreign, a deleted and a malformed id. */
export const unknownTask: TaskResult = failure(
  'NOT_FOUND',
  message('TASK_NOT_FOUND', {}),
  'There is no task with this id. Take an id from videoTasks.',
  ['id'],
);
