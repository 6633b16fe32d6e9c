import { ProviderTaskTakenError } from '../store/errors.ts';
import { message, worded } from '../domain/messages.ts';
import type { Owner, TaskError, TaskId, VideoTask } from '../domain/video-task.ts';
import { labelOf, type Commands } from './command-context.ts';
import { keepTask } from './create-task.ts';
import { quietly } from '../domain/state-machine/change.ts';
import { apply } from '../domain/state-machine/state-machine.ts';
import { hashOf } from './input-hash.ts';
import { copyOf } from './retry-video-task.ts';
import { failure, success, unknownTask, type TaskResult } from './task-result.ts';
import { badId, isProviderTaskId } from './track-video-task.ts';

/** The decision of a person about a submission whose outcome is not known. */
export type SubmissionResolution =
  /** It is there, under this id. */
  | { readonly kind: 'adopt'; readonly providerTaskId: string }
  /** It is not worth any more waiting. */
  | { readonly kind: 'giveUp' }
  /** Send it again as a new task, and pay twice if the first one was taken after all. */
  | { readonly kind: 'resubmit' };

/** Ends the doubt about a submission. */
export async function resolveSubmission(
  commands: Commands,
  owner: Owner,
  id: TaskId,
  resolution: SubmissionResolution,
): Promise<TaskResult> {
  const task = await commands.store.getOwn(owner, id);
  if (task === null) return unknownTask;
  if (!isInDoubt(task)) return notResolvable(task);
  switch (resolution.kind) {
    case 'adopt':
      return adopt(commands, owner, task, resolution.providerTaskId.trim());
    case 'giveUp':
      return giveUp(commands, owner, task);
    case 'resubmit':
      return resubmit(commands, owner, task);
    default:
      return resolution satisfies never;
  }
}

async function adopt(
  commands: Commands,
  owner: Owner,
  { id, provider: { name: provider } }: VideoTask,
  providerTaskId: string,
): Promise<TaskResult> {
  const { recorder, store, now, wakeWorker } = commands;
  const field = ['resolution', 'providerTaskId'];
  if (!isProviderTaskId(providerTaskId)) return { task: null, userErrors: [badId(field)] };
  const record = (isHeld: boolean) =>
    recorder.recordOwn(
      owner,
      id,
      {
        kind: 'adopted',
        providerTaskId: isHeld ? null : providerTaskId,
        trackedId: providerTaskId,
        reason: worded('ID_GIVEN', { providerTaskId }, 'Its id was given by its owner.'),
      },
      // A task that failed for lack of an id is checked too: a late success completes it.
      { schedule: { nextAction: 'check', dueAt: now(), unknownChecks: 0 } },
    );
  try {
    const adopted = await record(false).catch(async (error: unknown) => {
      const holder = await store.getByProviderTask(provider, providerTaskId);
      // An id that a task of another owner holds is treated as unknown.
      if (error instanceof ProviderTaskTakenError && holder?.owner !== owner) return record(true);
      throw error;
    });
    if (adopted === null) return outrun(commands, owner, id);
    wakeWorker(provider);
    return success(adopted);
  } catch (error) {
    if (!(error instanceof ProviderTaskTakenError)) throw error;
    return failure(
      'BAD_INPUT',
      message('ID_OF_OTHER_TASK', {}),
      'This id cannot be that of this submission: it already belongs to another task. Look it up again.',
      field,
    );
  }
}

async function giveUp(commands: Commands, owner: Owner, task: VideoTask): Promise<TaskResult> {
  // One that failed for the same reason is given up already.
  if (task.stage === 'FAILED') return success(task);
  const given = await commands.recorder.recordOwn(owner, task.id, {
    kind: 'gaveUp',
    error: givenUp(labelOf(task)),
  });
  return given === null ? outrun(commands, owner, task.id) : success(given);
}

async function resubmit(commands: Commands, owner: Owner, task: VideoTask): Promise<TaskResult> {
  const { recorder, now, store } = commands;
  const copied = await copyOf(commands, task);
  if (copied.kind === 'impossible') return copied.result;
  const error = givenUp(labelOf(task));
  // A key of its own, which no client can send: repeated calls return the one new task.
  const key = { key: `\u0001resubmit:${task.id}`, inputHash: hashOf({ resubmit: task.id }) };
  const result = await keepTask(
    commands,
    copied.task,
    key,
    { key: ['id'], model: ['id'], options: ['id'] },
    {
      replaces: {
        id: task.id,
        decide: (row) => {
          if (!isInDoubt(row)) return null;
          if (row.stage === 'FAILED') return quietly({});
          return apply(row, { kind: 'gaveUp', error }, now());
        },
      },
    },
  );
  const old = await store.getOwn(owner, task.id);
  if (result.task !== null && old !== null && old.stage !== task.stage) recorder.log(old, task);
  return result;
}

const isInDoubt = (task: VideoTask): boolean =>
  task.stage === 'SUBMISSION_UNKNOWN' ||
  (task.stage === 'FAILED' && task.result.error?.code === 'SUBMISSION_UNKNOWN');

/** The row was no longer in doubt when it was to be changed. */
async function outrun(commands: Commands, owner: Owner, id: TaskId): Promise<TaskResult> {
  const task = await commands.store.getOwn(owner, id);
  return task === null ? unknownTask : notResolvable(task);
}

function notResolvable(task: VideoTask): TaskResult {
  const { stage, provider } = task;
  const providerTaskId = provider.taskId ?? provider.trackedId;
  return isInDoubt(task)
    ? failure(
        'NOT_RESOLVABLE',
        message('SUBMISSION_HAS_ID', { providerTaskId }),
        `The task already has its provider id: ${providerTaskId}. Watch it, or retry it.`,
        ['id'],
      )
    : failure(
        'NOT_RESOLVABLE',
        message('SUBMISSION_NOT_IN_DOUBT', { stage }),
        `The submission of this task is not in doubt: its stage is ${stage}.`,
        ['id'],
      );
}

const givenUp = (label: string): TaskError => ({
  code: 'SUBMISSION_UNKNOWN',
  message: `The search for this task at ${label} was ended. It may have been billed: check your account at ${label}.`,
  reason: message('SEARCH_ENDED', { provider: label }),
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});
