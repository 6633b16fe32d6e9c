import type { CheckOutcome } from '../../providers/provider.ts';
import { isTerminal, type VideoTask } from '../../domain/video-task.ts';
import type { TaskFault } from '../provider-health/task-faults.ts';
import type { Lease, WorkContext } from '../work-context.ts';
import { askProvider, noteUnusable } from './ask-provider.ts';
import { recordCheckOfEndedTask } from './check-ended-task.ts';
import { recordCheckOfOpenTask } from './check-open-task.ts';
import { checkUnknownSubmission } from './check-unknown-submission.ts';
import { isInDoubt } from './possible-ids.ts';

/**
 * One check of a claimed task: asks the provider once, then records what follows and when to check again. The lease is
 * returned with the record; a task that was canceled during the check keeps it, for the caller to return.
 *
 * @param signal ends the check at the stop; it may be repeated
 */
export async function checkTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  if (isInDoubt(task)) {
    await checkUnknownSubmission(context, task, lease, signal);
    return;
  }
  const askedAt = context.now();
  const { outcome, fault, wasCanceled } = await ask(context, task, signal);
  if (wasCanceled) return;
  const finishedAt = 'finishedAt' in outcome ? (outcome.finishedAt ?? null) : null;
  const run = { context, task, lease, askedAt, fault, finishedAt, signal };
  await (isTerminal(task.stage) ? recordCheckOfEndedTask(run, outcome) : recordCheckOfOpenTask(run, outcome));
}

/** The provider's answer, and the faults of this task where there was none. */
interface Answer {
  readonly outcome: CheckOutcome;
  readonly fault: TaskFault | null;
  /** True if the task was canceled or deleted during the check: the next one is about its cost alone. */
  readonly wasCanceled: boolean;
}

async function ask(context: WorkContext, task: VideoTask, signal: AbortSignal): Promise<Answer> {
  const { store, health } = context;
  const { taskId: providerTaskId, memo } = task.provider;
  if (providerTaskId === null) {
    // Another owner's task holds the id: it is not asked for, and reads like an id that does not exist.
    const outcome = { kind: 'unknown', reason: 'no such task', hint: null } as const;
    return { outcome, fault: null, wasCanceled: false };
  }
  let isWanted = task.stage !== 'CANCELED' && task.deletedAt === null;
  const request = {
    providerTaskId,
    model: task.spec.model,
    resolution: task.spec.resolution,
    memo,
    callbackUrl: context.callbackUrl(task),
    mayOrder: async () => {
      // It may have been canceled since it was claimed.
      const row = await store.get(task.id);
      isWanted = row !== null && row.stage !== 'CANCELED' && row.deletedAt === null;
      return isWanted;
    },
  };
  const outcome = await askProvider(context, request, signal);
  noteUnusable(context, task, outcome);
  if (outcome.kind === 'unavailable') context.key.suspect();
  const fault = await health.noteCheck(task, outcome);
  return { outcome, fault, wasCanceled: !isWanted && task.stage !== 'CANCELED' };
}
