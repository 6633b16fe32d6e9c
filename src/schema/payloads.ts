import type { TaskResult } from '../commands/task-result.ts';
import type { UserError } from '../domain/user-error.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import type { VideoTaskRef } from './video-task.ts';

/** What commands answer with. */
export function declarePayloads(builder: Builder, enums: Enums, VideoTask: VideoTaskRef) {
  const UserErrorType = builder.objectRef<UserError>('UserError').implement({
    description: 'Something that the caller can mend.',
    fields: (t) => ({
      code: t.expose('code', { type: enums.UserErrorCode, description: 'The kind of error.' }),
      message: t.exposeString('message', { description: 'What is wrong and what to do instead.' }),
      field: t.field({
        type: ['String'],
        nullable: true,
        description: 'Path to the value, beginning at the argument, list indexes as text.',
        resolve: ({ field }) => (field === null ? null : [...field]),
      }),
    }),
  });
  const VideoTaskPayload = builder.objectRef<TaskResult>('VideoTaskPayload').implement({
    description: 'The task, or what to mend.',
    fields: (t) => ({
      task: t.expose('task', {
        type: VideoTask,
        nullable: true,
        description: 'The task as it is now; null when there are userErrors.',
      }),
      userErrors: t.field({
        type: [UserErrorType],
        description: 'Empty when all went well.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  return { UserError: UserErrorType, VideoTaskPayload };
}

/** The payload types that commands answer with. */
export type Payloads = ReturnType<typeof declarePayloads>;
