import { message } from '../domain/messages.ts';
import { isTerminal, type Owner, type TaskId, type VideoTask } from '../domain/video-task.ts';
import { checkKey } from './check-input.ts';
import type { Commands } from './command-context.ts';
import { estimateCost } from '../domain/cost.ts';
import { keepTask, newTask, repeatedTask } from './create-task.ts';
import { hashOf } from './input-hash.ts';
import { failure, unknownTask, type TaskResult } from './task-result.ts';
import type { NewVideoTask } from '../store/new-task.ts';

/** Makes a new task with the input of one that has ended. It is paid for like any other. */
export async function retryVideoTask(
  commands: Commands,
  owner: Owner,
  id: TaskId,
  idempotencyKey: string | null,
): Promise<TaskResult> {
  const fields = { key: ['idempotencyKey'], model: ['id'], options: ['id'] };
  const badKey = checkKey(idempotencyKey, fields.key);
  if (badKey !== null) return { task: null, userErrors: [badKey] };
  const key =
    idempotencyKey === null ? null : { key: idempotencyKey, inputHash: hashOf({ retryVideoTask: id }) };
  // First: a repeated call finds its task even if the old one has changed or was deleted.
  const repeated = key === null ? null : await repeatedTask(commands, owner, key, fields);
  if (repeated !== null) return repeated;
  const task = await commands.store.getOwn(owner, id);
  if (task === null) return unknownTask;
  if (!isTerminal(task.stage)) {
    const { stage } = task;
    return failure(
      'NOT_TERMINAL',
      stage === 'SUBMISSION_UNKNOWN'
        ? message('SUBMISSION_IN_DOUBT', {})
        : message('TASK_NOT_ENDED', { stage }),
      stage === 'SUBMISSION_UNKNOWN'
        ? 'Whether the provider accepted the task is not known. Use resolveSubmission; its resubmit sends the task again.'
        : `The task has not ended yet: it is ${stage}. Wait for its end, or cancel it first.`,
      ['id'],
    );
  }
  const copied = await copyOf(commands, task);
  return copied.kind === 'impossible' ? copied.result : keepTask(commands, copied.task, key, fields);
}

/** A new task with the same input, or why there cannot be one. Uploads count as used. */
export async function copyOf(
  { providers, store, now }: Commands,
  task: VideoTask,
): Promise<
  | { readonly kind: 'copied'; readonly task: NewVideoTask }
  | { readonly kind: 'impossible'; readonly result: TaskResult }
> {
  // What we send has a prompt; one whose id was only named by hand is ours all the same.
  if (task.spec.prompt === '') {
    return impossible(
      failure(
        'UNSUPPORTED',
        message('INPUT_NOT_KNOWN', {}),
        'This task was made elsewhere, so its input is not known here. Use generateVideo with the input.',
        ['id'],
      ),
    );
  }
  const provider = providers.find(({ name }) => name === task.provider.name);
  if (provider === undefined) {
    return impossible(
      failure(
        'PROVIDER_NOT_CONFIGURED',
        message('PROVIDER_NO_LONGER_CONFIGURED', { provider: task.provider.name }),
        `${task.provider.name} is no longer configured on this server. Use generateVideo with another provider.`,
        ['id'],
      ),
    );
  }
  const { owner, spec } = task;
  for (const { uploadId } of spec.referenceImages) {
    if (uploadId === null || (await store.useUpload(owner, uploadId, now())) !== null) continue;
    return impossible(
      failure(
        'NOT_FOUND',
        message('UPLOAD_EXPIRED', {}),
        'An uploaded image of this task has expired. Upload it again, and use generateVideo.',
        ['id'],
      ),
    );
  }
  return {
    kind: 'copied',
    task: newTask(
      {
        owner,
        provider: provider.name,
        spec,
        retryOf: task.id,
        cost: estimateCost(provider, spec),
      },
      now(),
    ),
  };
}

const impossible = (result: TaskResult) => ({ kind: 'impossible', result }) as const;
