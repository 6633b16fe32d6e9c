import type { SubmitOutcome } from '../../providers/provider.ts';
import { ProviderTaskTakenError } from '../../store/errors.ts';
import { loggedTask } from '../../domain/task-names/logged-task.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { estimateCost } from '../../domain/cost.ts';
import { leaseReturned, type Schedule } from '../../commands/recorder.ts';
import { isProviderTaskId } from '../../commands/track-video-task.ts';
import { nextCheckDelay } from '../policy/check-interval.ts';
import { askAgainAt } from '../policy/retry-schedule.ts';
import { keepPossibleId } from '../check/possible-ids.ts';
import { acceptedElsewhere, postponed } from '../user-messages/hints.ts';
import type { Lease, WorkContext } from '../work-context.ts';
import { scheduleOfUnknown, unknownOutcome } from './unknown-outcome.ts';
import { writeUntilStored } from './write-until-stored.ts';

/**
 * Records the outcome of a paid attempt, and repeats the write until it succeeds: the provider reports it only once. An
 * id that was received is logged before anything else is done with it.
 *
 * @param lease returned with the write; another claim may hold the task by then
 * @param signal ends the repetition at the stop
 */
export async function recordOutcome(
  context: WorkContext,
  task: VideoTask,
  outcome: SubmitOutcome,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { log, provider } = context;
  const facts = {
    ...loggedTask(task),
    provider: provider.name,
    outcome: outcome.kind,
    ...(outcome.kind === 'accepted' && { providerTaskId: outcome.providerTaskId }),
    ...(outcome.kind === 'unknown' && {
      reason: outcome.reason,
      possibleIds: outcome.possibleIds,
      response: outcome.response,
    }),
  };
  if (outcome.kind === 'accepted') log.info(facts, 'the provider accepted the task');
  if (outcome.kind === 'notSent' && outcome.cause === 'ours') {
    log.error(
      { ...facts, reason: outcome.reason },
      'a paid attempt could not begin on our side; trying again',
    );
  }
  if (outcome.kind === 'notSent' && outcome.cause !== 'ours') {
    context.recorder.logTrouble(task, 'the provider did not take a task, which is sent again later', outcome);
  }
  if (outcome.kind === 'unknown') log.warn(facts, 'the outcome of a paid request is not known');
  await writeUntilStored(context, facts, signal, () => writeOutcome(context, task, outcome, lease));
}

/** Idempotent: each step has the same effect the second time. */
async function writeOutcome(
  context: WorkContext,
  task: VideoTask,
  outcome: SubmitOutcome,
  lease: Lease,
): Promise<void> {
  const { recorder } = context;
  switch (outcome.kind) {
    case 'accepted':
      await recordAcceptance(context, task, outcome, lease);
      return;
    case 'refused':
      await recorder.record(
        task.id,
        { kind: 'refused', error: outcome.error },
        { schedule: (row) => returned(row, lease) },
      );
      return;
    case 'notSent':
      await recordPostponement(context, task, outcome, lease);
      return;
    case 'unknown':
      await recordUnknown(context, task, outcome.reason, outcome.possibleIds, lease);
      return;
    default:
      outcome satisfies never;
  }
}

/** It is sent again later. Where the provider is busy or cannot be reached, all its other tasks wait as long. */
async function recordPostponement(
  context: WorkContext,
  task: VideoTask,
  { reason, cause, retryAfterMs }: Extract<SubmitOutcome, { kind: 'notSent' }>,
  lease: Lease,
): Promise<void> {
  const { recorder, provider, store } = context;
  const dueAt = askAgainAt(context, retryAfterMs);
  if (cause === 'notNow' || cause === 'unreachable') await store.pauseCreates(provider.name, dueAt);
  const hint = postponed(reason, dueAt);
  // The history has the reason alone.
  const event = { kind: 'postponed', reason: { ...hint, text: reason }, hint } as const;
  await recorder.record(task.id, event, { schedule: (row) => ({ ...returned(row, lease), dueAt }) });
}

/** Recorded whichever claim holds the task by now, and whatever became of it: this is proof of a bill. */
async function recordAcceptance(
  context: WorkContext,
  task: VideoTask,
  { providerTaskId, memo }: Extract<SubmitOutcome, { kind: 'accepted' }>,
  lease: Lease,
): Promise<void> {
  const { recorder, provider, store, now, random, log } = context;
  const dueAt = now() + nextCheckDelay(provider.pollIntervalMs, 0, random());
  try {
    const event = { kind: 'accepted', providerTaskId, memo } as const;
    // A callback may have been faster than this answer.
    const schedule = (row: VideoTask) => ({
      ...returned(row, lease),
      suggestedProviderTaskId: null,
      dueAt: row.work.wokenAt === null ? dueAt : now(),
    });
    if ((await recorder.record(task.id, event, { schedule })) !== null) return;
    const row = await store.get(task.id);
    // A callback may have named it before the answer came.
    if (row?.provider.taskId === providerTaskId) return;
    log.warn(
      { ...loggedTask(task), providerTaskId },
      'the provider accepted a task that has another id by now',
    );
    const hint = acceptedElsewhere(provider.label, providerTaskId);
    const cost = estimateCost(provider, task.spec);
    await recorder.record(
      task.id,
      { kind: 'acceptedElsewhere', providerTaskId, hint, cost },
      { schedule: (other) => returned(other, lease) },
    );
  } catch (error) {
    if (!(error instanceof ProviderTaskTakenError)) throw error;
    const reason = `Its response named ${providerTaskId}, which belongs to another task here`;
    await recordUnknown(context, task, reason, [providerTaskId], lease);
  }
}

/** Possible ids are kept in the hint; the likeliest is checked as if a callback had named it. */
async function recordUnknown(
  context: WorkContext,
  task: VideoTask,
  reason: string,
  possibleIds: readonly string[],
  lease: Lease,
): Promise<void> {
  const { recorder, provider } = context;
  const suggestion = possibleIds.find(isProviderTaskId);
  const schedule = (row: VideoTask): Schedule => {
    const suggested = row.work.suggestedProviderTaskId ?? suggestion ?? null;
    const rest = scheduleOfUnknown(context, {
      ...row,
      work: { ...row.work, suggestedProviderTaskId: suggested },
    });
    return { ...rest, ...returned(row, lease), suggestedProviderTaskId: suggested };
  };
  const event = unknownOutcome(provider.label, reason, possibleIds);
  if ((await recorder.record(task.id, event, { schedule })) !== null) return;
  // Canceled, or declared unknown already: the ids are kept all the same.
  for (const id of possibleIds) await keepPossibleId(context, task.id, id, { schedule });
}

/** The lease of this work, unless another claim holds the task by now. */
const returned = (row: VideoTask, lease: Lease) =>
  row.work.leaseOwner === null || row.work.leaseOwner === lease.owner ? leaseReturned : {};
