import type { CheckOutcome } from '../providers/provider.ts';
import { isTerminal, type VideoTask } from '../store/video-task.ts';
import { settledCost } from '../tasks/cost.ts';
import type { TaskEvent } from '../tasks/machine.ts';
import { leaseReturned, type Schedule } from '../tasks/recorder.ts';
import { wakeIntervalMs } from '../tasks/wake.ts';
import { nextCheckDelay, pauseAfterRefusal } from './cadence.ts';
import { checkSubmission } from './check-submission.ts';
import { gaveUp } from './errors.ts';
import { concludeLate } from './late-check.ts';
import { isOverdue, type Lease, type ProviderSign, type WorkContext } from './run.ts';

/** How much rarer regular checks are while callbacks arrive: they only make up for one that was lost. */
const safetyCheckFactor = 5;

/** One look at how a task is doing, and what follows from it. */
export async function checkTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<ProviderSign> {
  const { recorder, provider, now } = context;
  const { providerTaskId, trackedId } = task;
  if (providerTaskId === null && trackedId === null) {
    return checkSubmission(context, task, lease, signal);
  }
  const startedAt = now();
  // An id that another owner's task holds is not asked for, and reads like one that nobody knows.
  const outcome: CheckOutcome =
    providerTaskId === null
      ? { kind: 'unknown', reason: 'no such task', hint: '' }
      : await provider.check(
          {
            providerTaskId,
            model: task.model,
            resolution: task.resolution,
            memo: task.providerMemo,
            callbackUrl: context.callbackUrl(task),
          },
          signal,
        );
  const { event, ...schedule } = isTerminal(task.stage)
    ? await concludeLate(context, task, outcome, signal)
    : await conclude(context, task, outcome, signal);
  const patienceIsOver =
    event.kind === 'observed' &&
    outcome.kind !== 'unavailable' &&
    !isTerminal(task.stage) &&
    isOverdue(context, task);
  await recorder.record(
    task.id,
    patienceIsOver ? { kind: 'patienceEnded', error: gaveUp(provider.label) } : event,
    {
      whileLeasedBy: lease.owner,
      schedule: (row) => ({
        ...leaseReturned,
        lastCheckedAt: startedAt,
        checks: task.checks + 1,
        ...schedule,
        // A call that came while we looked may be about what we did not see yet.
        ...(row.wokenAt !== null && row.wokenAt >= startedAt && { dueAt: startedAt + wakeIntervalMs }),
      }),
    },
  );
  if (providerTaskId === null) return { kind: 'none' };
  return outcome.kind === 'unavailable'
    ? { kind: 'failed', retryAfterMs: outcome.retryAfterMs }
    : { kind: 'answered' };
}

/** What a look leads to: an event, and when to look again. */
export type Conclusion = { readonly event: TaskEvent } & Schedule;

async function conclude(
  context: WorkContext,
  task: VideoTask,
  outcome: CheckOutcome,
  signal: AbortSignal,
): Promise<Conclusion> {
  const { provider, now, random } = context;
  const thinningOut = () => ({
    unknownChecks: task.unknownChecks + 1,
    dueAt: now() + nextCheckDelay(provider.pollIntervalMs, task.unknownChecks + 1, random()),
  });
  switch (outcome.kind) {
    case 'processing': {
      const { providerStatus, percent, memo } = outcome;
      const event = { kind: 'observed', providerStatus, percent, memo, hint: null } as const;
      return { event, unknownChecks: 0, dueAt: now() + nextCheckDelay(intervalOf(context), 0, random()) };
    }
    case 'failed': {
      const { providerStatus, error } = outcome;
      const cost = settledCost(provider, outcome.credits);
      const billed = cost !== null && cost.amount > 0 ? 'YES' : error.billed;
      return { event: { kind: 'providerFailed', providerStatus, error: { ...error, billed }, cost } };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const fetched = await context.archive.fetch(outcome.url, signal);
      if (fetched.kind === 'stored') {
        const cost = settledCost(provider, outcome.credits);
        return { event: { kind: 'succeeded', providerStatus, memo, video: fetched.video, cost } };
      }
      const hint =
        `${provider.label} says that the video is ready, but it could not be fetched: ${fetched.reason}. ` +
        'It is tried again.';
      return { event: { kind: 'observed', providerStatus, percent: null, memo, hint }, ...thinningOut() };
    }
    case 'unknown': {
      const hint = task.trackedId === null ? outcome.hint : unknownId(provider.label, task.trackedId);
      return {
        event: { kind: 'observed', providerStatus: 'unknown', percent: null, memo: null, hint },
        ...thinningOut(),
      };
    }
    case 'unavailable':
      return {
        // Says nothing about the task: what is known of it stays, the hint of an earlier answer too.
        event: { kind: 'observed', providerStatus: null, percent: null, memo: null, hint: task.hint },
        dueAt: now() + pauseAfterRefusal(provider.pollIntervalMs, outcome.retryAfterMs, random()),
      };
    default:
      return outcome satisfies never;
  }
}

/** While the provider calls back by itself, a look now and then is enough. */
const intervalOf = ({ provider, callbacksArrive }: WorkContext): number =>
  provider.pollIntervalMs * (callbacksArrive() ? safetyCheckFactor : 1);

const unknownId = (label: string, id: string): string =>
  `${label} knows no task ${id}, or its answer could not be read. See that the id is right; checking goes on.`;
