import { worded, type Wording } from '../../domain/messages.ts';
import { hintOf, isTerminal, type VideoTask } from '../../domain/video-task.ts';
import { leaseReturned, type Schedule } from '../../commands/recorder.ts';
import { nextCheckDelay } from '../policy/check-interval.ts';
import { checkAgainAt } from '../policy/retry-schedule.ts';
import { missingNotice } from '../user-messages/hints.ts';
import { outcomeStayedUnknown } from '../user-messages/task-errors.ts';
import { askProvider, noteUnusable } from './ask-provider.ts';
import { isInDoubt, keepPossibleId } from './possible-ids.ts';
import { isOverdue, lateWatchEnds, patienceEnds, type Lease, type WorkContext } from '../work-context.ts';
import { isEchoOf } from './reported-cost.ts';

/**
 * The check of an attempt whose outcome is not known: there is nothing to ask for but an id that a callback or a
 * response named. It is adopted when the provider's record of it has our prompt; otherwise it is kept in the hint, and
 * only patience ends the task.
 */
export async function checkUnknownSubmission(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, store, provider, now, random } = context;
  const suggested = task.work.suggestedProviderTaskId;
  const whileLeasedBy = lease.owner;
  if (!isTerminal(task.stage) && isOverdue(context, task)) {
    const error = outcomeStayedUnknown(provider.label);
    const dueAt = suggested === null ? lateWatchEnds(context, task) : now();
    const schedule = { ...leaseReturned, dueAt };
    await recorder.record(task.id, { kind: 'patienceEnded', error }, { whileLeasedBy, schedule });
    return;
  }
  const resting = (row: VideoTask): Schedule => {
    // A person may have adopted an id since, and another one may have been named.
    if (!isInDoubt(row)) return leaseReturned;
    return row.work.suggestedProviderTaskId === suggested
      ? { ...leaseReturned, ...restOf(context, row), suggestedProviderTaskId: null }
      : { ...leaseReturned, dueAt: now() };
  };
  if (suggested === null || now() >= lateWatchEnds(context, task)) {
    const hint = withoutNotice(task, missingNotice(provider.label));
    if (hint?.text !== task.hint) {
      const event = { kind: 'observed', providerStatus: null, percent: null, memo: null, hint } as const;
      await recorder.record(task.id, event, { whileLeasedBy, schedule: resting });
      return;
    }
    await recorder.reschedule(task.id, whileLeasedBy, resting);
    return;
  }
  const holder = await store.getByProviderTask(provider.name, suggested);
  if (holder !== null) {
    // Another owner's task is not mentioned.
    const isNamed = holder.owner === task.owner && holder.id !== task.id;
    if (isNamed) await keepPossibleId(context, task.id, suggested, { whileLeasedBy, schedule: resting });
    else await recorder.reschedule(task.id, whileLeasedBy, resting);
    return;
  }
  const { model } = task.spec;
  const { memo } = task.provider;
  // Without a resolution nothing is ordered: it is not known yet whether this is ours.
  const request = {
    providerTaskId: suggested,
    model,
    resolution: null,
    memo,
    callbackUrl: null,
    mayOrder: () => false,
  };
  const startedAt = now();
  const outcome = await askProvider(context, request, signal);
  noteUnusable(context, task, outcome);
  const fault = await context.health.noteCheck(task, outcome);
  const unknownChecks = outcome.kind === 'unknown' ? task.work.unknownChecks + 1 : task.work.unknownChecks;
  const checked = { lastCheckedAt: startedAt, checks: task.work.checks + 1, unknownChecks };
  if (outcome.kind === 'unavailable' || outcome.kind === 'unknown') {
    // A record may be late, and a first answer odd: the id stays, and is checked less and less often.
    const askAt =
      outcome.kind === 'unavailable'
        ? checkAgainAt(context, outcome.retryAfterMs, fault)
        : now() + nextCheckDelay(provider.pollIntervalMs, unknownChecks, random());
    const schedule = (row: VideoTask): Schedule => ({
      ...leaseReturned,
      ...checked,
      dueAt:
        row.work.suggestedProviderTaskId === suggested
          ? Math.min(askAt, restOf(context, row).dueAt ?? askAt)
          : now(),
    });
    await keepPossibleId(context, task.id, suggested, { whileLeasedBy, schedule });
  } else if (isEchoOf(task, outcome.echoedPrompt)) {
    const reason = worded(
      'ID_CALLED_BACK',
      { provider: provider.label, providerTaskId: suggested },
      `${provider.label} called back about ${suggested}, and it has this prompt`,
    );
    const event = { kind: 'adopted', providerTaskId: suggested, trackedId: null, reason } as const;
    // The next check reads the rest of the record.
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
    const schedule = (row: VideoTask): Schedule => ({ ...resting(row), ...checked });
    await keepPossibleId(context, task.id, suggested, { whileLeasedBy, schedule });
  }
}

/** Due again when patience ends; for a task that failed by that, when nothing can be expected any more. */
function restOf(
  context: WorkContext,
  task: VideoTask,
): { readonly dueAt?: number; readonly nextAction?: null } {
  if (!isTerminal(task.stage)) return { dueAt: patienceEnds(context, task) };
  const dueAt = lateWatchEnds(context, task);
  return context.now() < dueAt ? { dueAt } : { nextAction: null };
}

/** The hint of a task without the notice that its provider is no longer configured. */
function withoutNotice(task: VideoTask, notice: Wording): Wording | null {
  const hint = hintOf(task);
  if (hint === null || !hint.text.includes(notice.text)) return hint;
  const text = hint.text.replace(notice.text, '').replaceAll('  ', ' ').trim();
  const messages = hint.messages.filter(({ code }) => code !== 'PROVIDER_MISSING_FOR_ID');
  return text === '' ? null : { text, messages };
}
