import type { TaskResult } from '../commands/task-result.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import type { MessageRef } from './message.ts';
import type { VideoTaskRef } from './video-task.ts';

/** Declares the payloads of the commands. */
export function declarePayloads(
  builder: Builder,
  enums: Enums,
  MessageType: MessageRef,
  VideoTask: VideoTaskRef,
) {
  const UserErrorType = builder.objectRef<UserError>('UserError').implement({
    description: 'An error that the caller can fix.',
    fields: (t) => ({
      code: t.expose('code', { type: enums.UserErrorCode, description: 'The kind of error.' }),
      message: t.exposeString('message', { description: 'The problem and how to fix it.' }),
      reason: t.expose('reason', {
        type: MessageType,
        description: 'The content of the message, so that a client can say it in another language.',
      }),
      field: t.field({
        type: ['String'],
        nullable: true,
        description:
          'The path to the value, from the argument on; list indexes are strings. Null if no single value is at fault.',
        resolve: ({ field }) => (field === null ? null : [...field]),
      }),
    }),
  });
  const VideoTaskPayload = builder.objectRef<TaskResult>('VideoTaskPayload').implement({
    description: 'The task, or the errors to fix.',
    fields: (t) => ({
      task: t.expose('task', {
        type: VideoTask,
        nullable: true,
        description: 'The present state of the task; null if there are `userErrors`.',
      }),
      userErrors: t.field({
        type: [UserErrorType],
        description: 'Empty on success.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  return { UserError: UserErrorType, VideoTaskPayload };
}

/** The payload types that commands answer with. */
export type Payloads = ReturnType<typeof declarePayloads>;
