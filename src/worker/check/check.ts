import type { CheckOutcome } from '../../providers/provider.ts';
import { isTerminal, type VideoTask } from '../../domain/video-task.ts';
import { leaseReturned } from '../../commands/recorder.ts';
import { wakeIntervalMs } from '../../commands/wake-task.ts';
import type { TaskFault } from '../provider-health/task-faults.ts';
import { gaveUp } from '../user-messages/task-errors.ts';
import { isOverdue, type Lease, type WorkContext } from '../work-context.ts';
import { concludeEnded } from './check-ended-task.ts';
import { concludeOpen } from './check-open-task.ts';
import { checkUnknownSubmission } from './check-unknown-submission.ts';
import type { Conclusion, TimedOutcome } from './conclusion.ts';
import { isInDoubt } from './possible-ids.ts';
import { concludeUnanswered } from './unanswered-check.ts';

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
  const answer = await ask(context, task, signal);
  if (answer.wasCanceled) return;
  const outcome = { ...answer.outcome, askedAt };
  const conclusion = await conclude(context, task, lease, outcome, answer.fault, signal);
  if (conclusion === null) return;
  await recordConclusion(context, task, lease, conclusion, askedAt);
}

/** The provider's answer, and the faults of this task where there was none. */
interface Answer {
  readonly outcome: CheckOutcome;
  readonly fault: TaskFault | null;
  /** Whether the task was canceled or deleted during the check: the next one is about its cost alone. */
  readonly wasCanceled: boolean;
}

async function ask(context: WorkContext, task: VideoTask, signal: AbortSignal): Promise<Answer> {
  const { provider, store, health } = context;
  const { taskId: providerTaskId, memo } = task.provider;
  if (providerTaskId === null) {
    // Another owner's task holds the id: it is not asked for, and reads like an id that does not exist.
    const outcome = { kind: 'unknown', reason: 'no such task', hint: '' } as const;
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
  const outcome = await provider.check(request, signal);
  const fault = await health.noteCheck(task.id, outcome);
  return { outcome, fault, wasCanceled: !isWanted && task.stage !== 'CANCELED' };
}

/** Null when another worker or a command took the task over. */
function conclude(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: TimedOutcome,
  fault: TaskFault | null,
  signal: AbortSignal,
): Conclusion | null | Promise<Conclusion | null> {
  if (isTerminal(task.stage)) return concludeEnded(context, task, lease, outcome, signal);
  if (outcome.kind === 'unavailable') return concludeUnanswered(context, task, outcome, fault);
  return concludeOpen(context, task, lease, outcome, signal);
}

async function recordConclusion(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  { event, sparesPatience = false, ...schedule }: Conclusion,
  askedAt: number,
): Promise<void> {
  const { recorder, provider, files, store } = context;
  const patienceIsOver =
    event.kind === 'observed' && !sparesPatience && !isTerminal(task.stage) && isOverdue(context, task);
  const recorded = await recorder.record(
    task.id,
    patienceIsOver ? { kind: 'patienceEnded', error: gaveUp(provider.label) } : event,
    {
      whileLeasedBy: lease.owner,
      schedule: (row) => ({
        ...leaseReturned,
        lastCheckedAt: askedAt,
        checks: task.work.checks + 1,
        ...schedule,
        // A callback that came during the check may be about what the check did not see yet.
        ...(row.work.wokenAt !== null && row.work.wokenAt >= askedAt && { dueAt: askedAt + wakeIntervalMs }),
      }),
    },
  );
  // The task was canceled, or passed to another worker: no task names the copy.
  if (recorded === null && event.kind === 'succeeded' && event.video !== null) {
    await files.remove(event.video.mediaKey);
    await store.forgetMedia([event.video.mediaKey]);
  }
}
