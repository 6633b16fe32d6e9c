import { cancelVideoTask } from '../commands/cancel-video-task.ts';
import { deleteVideoTask, type DeleteResult } from '../commands/delete-video-task.ts';
import { resolveSubmission, type SubmissionResolution } from '../commands/resolve-submission.ts';
import { retryVideoTask } from '../commands/retry-video-task.ts';
import { failure, unknownTask } from '../commands/task-result.ts';
import { trackVideoTask } from '../commands/track-video-task.ts';
import { message } from '../domain/messages.ts';
import { onTask } from './access.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { fromGlobalId, toGlobalId } from '../domain/task-names/global-id.ts';
import type { Payloads } from './payloads.ts';

/** The commands on a task that exists. */
export function declareCommands(
  builder: Builder,
  enums: Enums,
  { UserError, VideoTaskPayload }: Payloads,
): void {
  const TrackInput = builder.inputType('TrackVideoTaskInput', {
    description: 'A provider task that was created outside this server.',
    fields: (t) => ({
      provider: t.field({
        type: enums.ProviderName,
        required: true,
        description: 'The provider that runs the task.',
      }),
      providerTaskId: t.string({ required: true, description: "The provider's id of the task." }),
      model: t.string({ description: 'The model of the task, if known.' }),
      label: t.string({ description: 'Free text of the caller; at most 200 characters.' }),
    }),
  });
  builder.mutationField('trackVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Tracks a provider task that was created outside this server. Responds before the provider is contacted; the same id returns the same task.',
      args: { input: t.arg({ type: TrackInput, required: true, description: 'The task to track.' }) },
      resolve: (_root, { input }, { tasks, viewer }) =>
        tasks.write(viewer.owner, trackVideoTask, {
          provider: input.provider,
          providerTaskId: input.providerTaskId,
          model: input.model ?? null,
          label: input.label ?? null,
        }),
    }),
  );
  builder.mutationField('refreshVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Checks the task with its provider now. Responds when the check has ended, after at most 15 seconds.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, context) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : onTask(context, taskId, (owner) => context.tasks.refreshVideoTask(owner, taskId));
      },
    }),
  );
  builder.mutationField('cancelVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Cancels a task. Before it is sent to the provider, nothing is sent or billed. Afterwards the provider is asked to ' +
        'stop it where it can; otherwise the server only stops watching it. `hint` says which, and what may be billed.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, context) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : onTask(context, taskId, (owner) => context.tasks.write(owner, cancelVideoTask, taskId));
      },
    }),
  );
  builder.mutationField('storePoster', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Stores a frame that a client drew of the finished video as its poster: a JPEG, PNG or WebP of the shape of the video, ' +
        'at most 2 MB. Only the first one is kept, and none where the provider supplied a poster.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the task.' }),
        file: t.arg({
          type: 'File',
          required: true,
          description: 'The frame, as a file of a multipart request.',
        }),
      },
      resolve: (_root, { id, file }, context) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : onTask(context, taskId, (owner) => context.tasks.storePoster(owner, taskId, file));
      },
    }),
  );
  builder.mutationField('retryVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Creates a new task with the input of a task that has ended. The new task is billed like any other.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the ended task.' }),
        idempotencyKey: t.arg.string({
          description: 'As in `generateVideo`: a repeated call with the same key returns the same new task.',
        }),
      },
      resolve: (_root, { id, idempotencyKey }, context) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : onTask(context, taskId, (owner) =>
              context.tasks.write(owner, retryVideoTask, taskId, idempotencyKey ?? null),
            );
      },
    }),
  );
  const Resolution = builder.inputType('SubmissionResolution', {
    description:
      'The result of looking up a submission whose outcome is unknown. Exactly one field must be given.',
    isOneOf: true,
    fields: (t) => ({
      providerTaskId: t.string({
        description:
          'The provider has the task under this id: the task continues. Its cost becomes final only if the record at the provider has the prompt of this task.',
      }),
      giveUp: t.boolean({
        description:
          '`true`: the provider does not have the task, or waiting is no longer worthwhile. The task fails.',
      }),
      resubmit: t.boolean({
        description:
          '`true`: the task fails, and a new one is submitted. If the provider accepted the first one after all, both are billed.',
      }),
    }),
  });
  builder.mutationField('resolveSubmission', (t) =>
    t.field({
      type: VideoTaskPayload,
      description: 'Resolves a task whose stage is SUBMISSION_UNKNOWN, or that failed with that code.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the task.' }),
        resolution: t.arg({ type: Resolution, required: true, description: 'The result of the lookup.' }),
      },
      resolve: (_root, { id, resolution }, context) => {
        const read = readResolution(resolution);
        if ('falseField' in read) return falseIsNothing(read.falseField);
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : onTask(context, taskId, (owner) => context.tasks.write(owner, resolveSubmission, taskId, read));
      },
    }),
  );
  const DeletePayload = builder.objectRef<DeleteResult>('DeleteVideoTaskPayload').implement({
    description: 'The id of the deleted task, or the errors to fix.',
    fields: (t) => ({
      deletedId: t.id({
        nullable: true,
        description: 'The id of the deleted task; null if there are `userErrors`.',
        resolve: ({ deletedId }) => (deletedId === null ? null : toGlobalId(deletedId)),
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Empty on success.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  builder.mutationField('deleteVideoTask', (t) =>
    t.field({
      type: DeletePayload,
      description: 'Deletes a task that has ended, and its video. Its cost remains part of the spending.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, context) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? { deletedId: null, userErrors: unknownTask.userErrors }
          : onTask(context, taskId, (owner) => context.tasks.write(owner, deleteVideoTask, taskId));
      },
    }),
  );
}

function readResolution(given: {
  readonly providerTaskId?: string | null | undefined;
  readonly giveUp?: boolean | null | undefined;
  readonly resubmit?: boolean | null | undefined;
}): SubmissionResolution | { readonly falseField: string } {
  if (typeof given.providerTaskId === 'string')
    return { kind: 'adopt', providerTaskId: given.providerTaskId };
  if (typeof given.giveUp === 'boolean') return given.giveUp ? { kind: 'giveUp' } : { falseField: 'giveUp' };
  return given.resubmit === true ? { kind: 'resubmit' } : { falseField: 'resubmit' };
}

const falseIsNothing = (field: string) =>
  failure(
    'BAD_INPUT',
    message('RESOLUTION_FALSE', { name: field }),
    `${field} must be true. To leave the task as it is, omit the call.`,
    ['resolution', field],
  );
