import type { IdempotencyKey, InsertConditions, NewVideoTask } from '../store/new-task.ts';
import { isOverBudget, monthOf } from '../store/queries/ledger.ts';
import { message } from '../domain/messages.ts';
import type { Cost, Owner, ProviderName, TaskId, VideoSpec } from '../domain/video-task.ts';
import { newTaskId } from './random-id.ts';
import { budgetOf } from '../domain/budgets.ts';
import type { Commands } from './command-context.ts';
import { refusedOptions } from './priced-options.ts';
import { tooManyOpen } from './rate-limits.ts';
import { failure, success, type TaskResult } from './task-result.ts';

/** The parts of a new task that its command decides. */
export interface TaskDraft {
  readonly owner: Owner;
  readonly provider: ProviderName;
  readonly spec: VideoSpec;
  /** The estimate; null where no price is known. */
  readonly cost: Cost | null;
  readonly retryOf?: TaskId;
}

/** A task that waits to be sent, with ids of its own. */
export const newTask = (draft: TaskDraft, now: number): NewVideoTask => ({
  id: newTaskId(now) as TaskId,
  owner: draft.owner,
  stage: 'WAITING',
  spec: draft.spec,
  provider: {
    name: draft.provider,
    taskId: null,
    trackedId: null,
    status: null,
    memo: null,
    percent: null,
    submittedAt: null,
  },
  result: { video: null, error: null, completedAt: null },
  hint: null,
  hintMessages: null,
  cost: draft.cost,
  retryOf: draft.retryOf ?? null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  work: {
    nextAction: 'submit',
    dueAt: now,
    leaseOwner: null,
    leaseUntil: null,
    lastCheckedAt: null,
    checks: 0,
    unknownChecks: 0,
    wokenAt: null,
    suggestedProviderTaskId: null,
    callbackToken: newTaskId(now),
  },
});

/** The paths of the arguments, for errors. */
export interface KeepFields {
  readonly key: readonly string[];
  readonly model: readonly string[];
  readonly options: readonly string[];
}

/** Keeps a task that will be submitted: its key, its reserved estimate and its row, or nothing of them. */
export async function keepTask(
  commands: Commands,
  task: NewVideoTask,
  idempotency: IdempotencyKey | null,
  fields: KeepFields,
  also: Pick<InsertConditions, 'replaces' | 'reason'> = {},
): Promise<TaskResult> {
  const { store, recorder, budgets, limits, wakeWorker, onCommitted } = commands;
  const limitUsd = budgetOf(budgets, task.owner);
  const unpriced = limitUsd === null ? null : refusedAsUnpriced(commands, task, fields);
  if (unpriced !== null) return logged(commands, task.owner, unpriced);
  const kept = await store.insert(task, idempotency, {
    limitUsd,
    ...(limits && { openLimit: limits.openTasks }),
    ...(onCommitted && { onCommitted }),
    ...also,
  });
  switch (kept.kind) {
    case 'inserted':
      recorder.log(kept.task, null);
      wakeWorker(task.provider.name);
      return success(kept.task);
    case 'repeated':
      return success(kept.task);
    case 'conflict':
      return ofKept('conflict', fields);
    case 'gone':
      return ofKept(null, fields);
    case 'overBudget':
      return logged(commands, task.owner, overBudget(task.cost, limitUsd ?? 0, kept.spentUsd));
    case 'tooManyOpen':
      return logged(commands, task.owner, { task: null, userErrors: [tooManyOpen(limits)] });
    case 'outrun':
      return failure(
        'NOT_RESOLVABLE',
        message('SUBMISSION_RESOLVED', {}),
        'The submission has been resolved in the meantime. Read the task again.',
        ['id'],
      );
    default:
      return kept satisfies never;
  }
}

/** A result that refuses a call, after it was logged. */
function logged({ recorder }: Commands, owner: Owner, refused: TaskResult): TaskResult {
  recorder.logRefusal(owner, refused.userErrors);
  return refused;
}

/** The error that `keepTask` would return for a new task as of now; null if it would keep it. */
export async function refusedByLimits(
  commands: Commands,
  task: NewVideoTask,
  fields: KeepFields,
): Promise<TaskResult | null> {
  const refused = await refusedByBudget(commands, task, fields);
  if (refused !== null) return refused;
  const { store, limits } = commands;
  return limits !== undefined && (await store.countOpen(task.owner)) >= limits.openTasks
    ? { task: null, userErrors: [tooManyOpen(limits)] }
    : null;
}

/** The error of a task that exceeds the budget as of now; null if it does not. */
async function refusedByBudget(
  commands: Commands,
  task: NewVideoTask,
  fields: KeepFields,
): Promise<TaskResult | null> {
  const { store, budgets } = commands;
  const limitUsd = budgetOf(budgets, task.owner);
  if (limitUsd === null) return null;
  const unpriced = refusedAsUnpriced(commands, task, fields);
  if (unpriced !== null || task.cost === null) return unpriced;
  const { usd: spentUsd } = await store.spending(task.owner, monthOf(task.createdAt));
  return isOverBudget(spentUsd, task.cost.amount, limitUsd)
    ? overBudget(task.cost, limitUsd, spentUsd)
    : null;
}

/** The error of a task under a budget whose cost cannot be estimated; null if it can. */
function refusedAsUnpriced(
  { providers }: Commands,
  { provider: { name }, spec: { model, providerOptions }, cost }: NewVideoTask,
  fields: KeepFields,
): TaskResult | null {
  const provider = providers.find((each) => each.name === name);
  const userErrors =
    provider === undefined ? [] : refusedOptions(provider, model, providerOptions, fields.options);
  if (userErrors.length > 0) return { task: null, userErrors };
  return cost === null ? priceUnknown(model, provider?.priceSetting ?? null, fields) : null;
}

/** The result of the call that used the key before; null for a new key. */
export async function repeatedTask(
  { store }: Commands,
  owner: Owner,
  { key, inputHash }: IdempotencyKey,
  fields: KeepFields,
): Promise<TaskResult | null> {
  const kept = await store.findKey(owner, key);
  return kept === null ? null : ofKept(kept.inputHash === inputHash ? kept.task : 'conflict', fields);
}

function ofKept(task: TaskResult['task'] | 'conflict', fields: KeepFields): TaskResult {
  if (task === 'conflict') {
    return failure(
      'IDEMPOTENCY_CONFLICT',
      message('KEY_USED_OTHERWISE', {}),
      'This idempotencyKey was used with another input. Use a new key for a new video.',
      fields.key,
    );
  }
  if (task === null) {
    return failure(
      'NOT_FOUND',
      message('TASK_OF_KEY_DELETED', {}),
      'The task of this idempotencyKey was deleted. Use a new key for a new video.',
      fields.key,
    );
  }
  return success(task);
}

const overBudget = (cost: Cost | null, limitUsd: number, spentUsd: number): TaskResult =>
  failure(
    'BUDGET_EXCEEDED',
    message('OVER_BUDGET', { estimate: cost?.amount ?? 0, budget: limitUsd, spent: spentUsd }),
    `This video is estimated at ${usd(cost?.amount ?? 0)}; of this month's budget of ` +
      `${usd(limitUsd)}, ${usd(spentUsd)} are used. Choose a cheaper model or resolution, wait for ` +
      'the next month (UTC), or ask the operator to raise BUDGET_PER_MONTH.',
    null,
  );

const priceUnknown = (model: string, priceSetting: string | null, fields: KeepFields): TaskResult =>
  failure(
    'BUDGET_EXCEEDED',
    message('PRICE_NOT_KNOWN', { model, setting: priceSetting }),
    `The price of ${model} with these options is not known, and you have a monthly budget. Choose a model with a price ` +
      '(see the query `providers`), or leave durationSeconds and resolution out' +
      (priceSetting === null
        ? '.'
        : `, or ask the operator to name its price in ${priceSetting}, of a second or of this resolution.`),
    fields.model,
  );

const usd = (amount: number): string => `USD ${Math.round(amount * 10_000) / 10_000}`;
