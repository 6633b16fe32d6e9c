import { isTerminal, type VideoTask } from '../store/video-task.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { nextCheckDelay } from './cadence.ts';
import { outcomeStayedUnknown } from './errors.ts';
import { isOverdue, lateWatchEnds, patienceEnds, type Lease, type WorkContext } from './run.ts';
import { nextAfterFault, noteOutcome } from './unavailable.ts';

/**
 * An attempt whose outcome nobody knows: there is nothing to ask for but an id that a callback named. It is
 * adopted when the provider's record of it has our prompt; else only patience ends the task.
 */
export async function checkSubmission(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, store, provider, now, random } = context;
  const suggested = task.suggestedProviderTaskId;
  const whileLeasedBy = lease.owner;
  if (!isTerminal(task.stage) && isOverdue(context, task)) {
    const error = outcomeStayedUnknown(provider.label);
    const dueAt = suggested === null ? lateWatchEnds(context, task) : now();
    const schedule = { ...leaseReturned, dueAt };
    await recorder.record(task.id, { kind: 'patienceEnded', error }, { whileLeasedBy, schedule });
    return;
  }
  const resting = { ...leaseReturned, ...restOf(context, task), suggestedProviderTaskId: null };
  const isOver = resting.dueAt === undefined;
  if (suggested === null || isOver || (await store.getByProviderTask(provider.name, suggested)) !== null) {
    await recorder.reschedule(task.id, whileLeasedBy, resting);
    return;
  }
  const { model, providerMemo: memo } = task;
  // Without a resolution nothing is set going: it is not known yet whether this is ours.
  const request = { providerTaskId: suggested, model, resolution: null, memo, callbackUrl: null };
  const startedAt = now();
  const outcome = await provider.check(request, signal);
  const fault = await noteOutcome(context, task, outcome);
  const unknownChecks = outcome.kind === 'unknown' ? task.unknownChecks + 1 : task.unknownChecks;
  const checked = { lastCheckedAt: startedAt, checks: task.checks + 1, unknownChecks };
  if (outcome.kind === 'unavailable' || outcome.kind === 'unknown') {
    // A record may be late, and a first answer odd: the id stays, and is asked for more and more rarely.
    const askAt =
      outcome.kind === 'unavailable'
        ? nextAfterFault(context, outcome, fault)
        : now() + nextCheckDelay(provider.pollIntervalMs, unknownChecks, random());
    const dueAt = Math.min(askAt, resting.dueAt ?? askAt);
    await recorder.reschedule(task.id, whileLeasedBy, { ...leaseReturned, ...checked, dueAt });
  } else if (outcome.echoedPrompt === task.prompt) {
    const reason = `${provider.label} called back about ${suggested}, and it has this prompt`;
    const event = { kind: 'adopted', providerTaskId: suggested, trackedId: null, reason } as const;
    // What the record says is the next check's matter.
    await recorder.record(task.id, event, {
      whileLeasedBy,
      schedule: {
        ...leaseReturned,
        ...checked,
        unknownChecks: 0,
        suggestedProviderTaskId: null,
        dueAt: now(),
      },
    });
  } else {
    await recorder.reschedule(task.id, whileLeasedBy, { ...resting, ...checked });
  }
}

/** Until the patience ends, and for a task that failed by that: until nothing can be expected any more. */
function restOf(
  context: WorkContext,
  task: VideoTask,
): { readonly dueAt?: number; readonly nextAction?: null } {
  if (!isTerminal(task.stage)) return { dueAt: patienceEnds(context, task) };
  const dueAt = lateWatchEnds(context, task);
  return context.now() < dueAt ? { dueAt } : { nextAction: null };
}
