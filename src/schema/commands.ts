import type { DeleteResult } from '../commands/delete-video-task.ts';
import type { SubmissionResolution } from '../commands/resolve-submission.ts';
import { failure, unknownTask } from '../commands/task-result.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { fromGlobalId, toGlobalId } from './global-id.ts';
import type { Payloads } from './payloads.ts';

/** The commands on a task that exists. */
export function declareCommands(
  builder: Builder,
  enums: Enums,
  { UserError, VideoTaskPayload }: Payloads,
): void {
  const TrackInput = builder.inputType('TrackVideoTaskInput', {
    description: 'A task that was made elsewhere.',
    fields: (t) => ({
      provider: t.field({ type: enums.ProviderName, required: true, description: 'Who makes it.' }),
      providerTaskId: t.string({ required: true, description: "The provider's id of it." }),
      model: t.string({ description: 'Its model, if you know.' }),
      label: t.string({ description: 'Free text for yourself; at most 200 characters.' }),
    }),
  });
  builder.mutationField('trackVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Follows a task that was made elsewhere. Answers before the provider is asked; the same id gives the same task.',
      args: { input: t.arg({ type: TrackInput, required: true, description: 'Which one.' }) },
      resolve: (_root, { input }, { tasks, viewer }) =>
        tasks.trackVideoTask(viewer.owner, {
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
      description: 'Asks the provider now, and answers when that check ended, after 15 seconds at most.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, { tasks, viewer }) => {
        const taskId = fromGlobalId(id);
        return taskId === null ? unknownTask : tasks.refreshVideoTask(viewer.owner, taskId);
      },
    }),
  );
  builder.mutationField('cancelVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Gives a task up. Before it is sent, nothing is sent and nothing is billed; after that it is only no longer ' +
        'watched, and `hint` says that it will be billed.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, { tasks, viewer }) => {
        const taskId = fromGlobalId(id);
        return taskId === null ? unknownTask : tasks.cancelVideoTask(viewer.owner, taskId);
      },
    }),
  );
  builder.mutationField('retryVideoTask', (t) =>
    t.field({
      type: VideoTaskPayload,
      description: 'Makes a new task with the input of one that has ended. It is paid for like any other.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the ended task.' }),
        idempotencyKey: t.arg.string({
          description: 'As in `generateVideo`: a repeated call with the same key gives the same new task.',
        }),
      },
      resolve: (_root, { id, idempotencyKey }, { tasks, viewer }) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? unknownTask
          : tasks.retryVideoTask(viewer.owner, taskId, idempotencyKey ?? null);
      },
    }),
  );
  const Resolution = builder.inputType('SubmissionResolution', {
    description: 'What you found out about a submission whose outcome is not known. Exactly one of these.',
    isOneOf: true,
    fields: (t) => ({
      providerTaskId: t.string({
        description:
          'It is at the provider, under this id: the task goes on. Its cost is settled only if the record there has the prompt of this task.',
      }),
      giveUp: t.boolean({ description: 'true: it is not there, or not worth more waiting. The task fails.' }),
      resubmit: t.boolean({
        description:
          'true: the task fails, and a new one is sent. If the provider took the first one after all, both are billed.',
      }),
    }),
  });
  builder.mutationField('resolveSubmission', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Ends the doubt about a task whose stage is SUBMISSION_UNKNOWN, or that failed with that code.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the task.' }),
        resolution: t.arg({ type: Resolution, required: true, description: 'What you found out.' }),
      },
      resolve: (_root, { id, resolution }, { tasks, viewer }) => {
        const read = readResolution(resolution);
        if ('falseField' in read) return falseIsNothing(read.falseField);
        const taskId = fromGlobalId(id);
        return taskId === null ? unknownTask : tasks.resolveSubmission(viewer.owner, taskId, read);
      },
    }),
  );
  const DeletePayload = builder.objectRef<DeleteResult>('DeleteVideoTaskPayload').implement({
    description: 'The id of the deleted task, or what to mend.',
    fields: (t) => ({
      deletedId: t.id({
        nullable: true,
        description: 'The id that is gone; null when there are userErrors.',
        resolve: ({ deletedId }) => (deletedId === null ? null : toGlobalId(deletedId)),
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Empty when all went well.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  builder.mutationField('deleteVideoTask', (t) =>
    t.field({
      type: DeletePayload,
      description: 'Deletes a task that has ended, and its video. What it cost stays counted.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: (_root, { id }, { tasks, viewer }) => {
        const taskId = fromGlobalId(id);
        return taskId === null
          ? { deletedId: null, userErrors: unknownTask.userErrors }
          : tasks.deleteVideoTask(viewer.owner, taskId);
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
  failure('BAD_INPUT', `${field} takes true only. To leave the task as it is, send nothing.`, [
    'resolution',
    field,
  ]);
