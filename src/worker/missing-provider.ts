import { followedBy, type Wording } from '../domain/messages.ts';
import { hintOf, isTerminal, type VideoTask } from '../domain/video-task.ts';
import { leaseReturned } from '../commands/recorder.ts';
import { nextLateCheckDelay } from './policy/check-interval.ts';
import { missingNotice, providerMissing } from './user-messages/hints.ts';
import { gaveUp, neverSentAndMissing, outcomeStayedUnknown } from './user-messages/task-errors.ts';
import { isOverdue, lateWatchEnds, patienceEnds, type Lease, type WorkContext } from './work-context.ts';
import { interrupted } from './submit/unknown-outcome.ts';

/**
 * The work on a task whose provider is no longer configured: nothing can be asked. A task that was never sent fails
 * unbilled; any other says so in its hint and stays open until its patience ends, because the provider may be
 * configured again.
 */
export async function keepOrphanedTask(context: WorkContext, task: VideoTask, lease: Lease): Promise<void> {
  const { recorder, provider, now, random } = context;
  const { label } = provider;
  const whileLeasedBy = lease.owner;
  const later = now() + nextLateCheckDelay(provider.pollIntervalMs, random());
  if (isTerminal(task.stage)) {
    // Only the provider could report a late success or a cost.
    const isWatched = later < lateWatchEnds(context, task);
    const schedule = { ...leaseReturned, ...(isWatched ? { dueAt: later } : { nextAction: null }) };
    await recorder.reschedule(task.id, whileLeasedBy, schedule);
    return;
  }
  if (task.stage === 'WAITING') {
    const event = { kind: 'refused', error: neverSentAndMissing(label) } as const;
    await recorder.record(task.id, event, { whileLeasedBy, schedule: leaseReturned });
    return;
  }
  if (task.stage === 'SUBMITTING') {
    // Due again at once, for its hint.
    const schedule = { ...leaseReturned, dueAt: now() };
    await recorder.record(task.id, interrupted(label), { whileLeasedBy, schedule });
    return;
  }
  const isUnknown = task.stage === 'SUBMISSION_UNKNOWN';
  if (isOverdue(context, task)) {
    const error = isUnknown ? outcomeStayedUnknown(label) : gaveUp(label);
    const schedule = { ...leaseReturned, dueAt: later };
    await recorder.record(task.id, { kind: 'patienceEnded', error }, { whileLeasedBy, schedule });
    return;
  }
  const hint = isUnknown ? unknownHint(label, task) : providerMissing(label);
  await recorder.record(
    task.id,
    { kind: 'observed', providerStatus: null, percent: null, memo: null, hint },
    {
      whileLeasedBy,
      schedule: { ...leaseReturned, dueAt: Math.min(later, patienceEnds(context, task)) },
    },
  );
}

function unknownHint(label: string, task: VideoTask): Wording {
  const before = hintOf(task);
  const notice = missingNotice(label);
  return before?.text.includes(notice.text) ? before : followedBy(before, notice);
}
