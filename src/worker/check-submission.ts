import { isTerminal, type VideoTask } from '../store/video-task.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { pauseAfterRefusal } from './cadence.ts';
import { outcomeStayedUnknown } from './errors.ts';
import { isOverdue, lateWatchEnds, type Lease, type ProviderSign, type WorkContext } from './run.ts';

/**
 * An attempt whose outcome nobody knows: there is nothing to ask for but an id that a callback named. It is
 * adopted when the provider's record of it has our prompt; else only patience ends the task.
 */
export async function checkSubmission(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<ProviderSign> {
  const { recorder, store, provider, now } = context;
  const suggested = task.suggestedProviderTaskId;
  const whileLeasedBy = lease.owner;
  const resting = { ...leaseReturned, ...restOf(context, task), suggestedProviderTaskId: null };
  if (suggested === null || (await store.getByProviderTask(provider.name, suggested)) !== null) {
    await (!isTerminal(task.stage) && isOverdue(context, task)
      ? recorder.record(
          task.id,
          { kind: 'patienceEnded', error: outcomeStayedUnknown(provider.label) },
          { whileLeasedBy, schedule: { ...leaseReturned, dueAt: lateWatchEnds(context, task) } },
        )
      : recorder.reschedule(task.id, whileLeasedBy, resting));
    return { kind: 'none' };
  }
  const { model, providerMemo: memo } = task;
  // Without a resolution nothing is set going: it is not known yet whether this is ours.
  const request = { providerTaskId: suggested, model, resolution: null, memo, callbackUrl: null };
  const checked = { lastCheckedAt: now(), checks: task.checks + 1 };
  const outcome = await provider.check(request, signal);
  if (outcome.kind === 'unavailable') {
    const dueAt = now() + pauseAfterRefusal(provider.pollIntervalMs, outcome.retryAfterMs, context.random());
    await recorder.reschedule(task.id, whileLeasedBy, { ...leaseReturned, ...checked, dueAt });
    return { kind: 'failed', retryAfterMs: outcome.retryAfterMs };
  }
  if (outcome.kind !== 'unknown' && outcome.echoedPrompt === task.prompt) {
    const reason = `${provider.label} called back about ${suggested}, and it has this prompt`;
    const event = { kind: 'adopted', providerTaskId: suggested, trackedId: null, reason } as const;
    // What the record says is the next check's matter.
    await recorder.record(task.id, event, {
      whileLeasedBy,
      schedule: { ...leaseReturned, ...checked, suggestedProviderTaskId: null, dueAt: now() },
    });
  } else {
    await recorder.reschedule(task.id, whileLeasedBy, { ...resting, ...checked });
  }
  return { kind: 'answered' };
}

/** Until the patience ends, and for a task that failed by that: until nothing can be expected any more. */
function restOf(context: WorkContext, task: VideoTask) {
  if (!isTerminal(task.stage)) return { dueAt: task.createdAt + context.patienceMs };
  const dueAt = lateWatchEnds(context, task);
  return context.now() < dueAt ? { dueAt } : { nextAction: null };
}
