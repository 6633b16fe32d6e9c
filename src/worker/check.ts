import type { CheckOutcome } from '../providers/provider.ts';
import type { TaskError, VideoTask } from '../store/video-task.ts';
import type { TaskEvent } from '../tasks/machine.ts';
import { leaseReturned, type Schedule } from '../tasks/recorder.ts';
import { wakeIntervalMs } from '../tasks/wake.ts';
import { nextCheckDelay, nextRetryDelay } from './cadence.ts';
import type { Lease, WorkContext } from './run.ts';

/** How much rarer regular checks are while callbacks arrive: they only make up for one that was lost. */
const safetyCheckFactor = 5;

/** One look at how a task is doing, and what follows from it. */
export async function checkTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, provider, now } = context;
  if (task.providerTaskId === null) {
    await checkSubmission(context, task, lease, signal);
    return;
  }
  const startedAt = now();
  const outcome = await provider.check(
    {
      providerTaskId: task.providerTaskId,
      model: task.model,
      resolution: task.resolution,
      memo: task.providerMemo,
    },
    signal,
  );
  const { event, ...schedule } = await conclude(context, task, outcome, signal);
  const patienceIsOver =
    event.kind === 'observed' && outcome.kind !== 'unavailable' && isOverdue(context, task);
  await recorder.record(
    task.id,
    patienceIsOver ? { kind: 'patienceEnded', error: gaveUp(provider.label) } : event,
    {
      whileLeasedBy: lease.owner,
      schedule: (row) => ({
        ...leaseReturned,
        lastCheckedAt: now(),
        checks: task.checks + 1,
        ...schedule,
        // A call that came while we looked may be about what we did not see yet.
        ...(row.wokenAt !== null && row.wokenAt >= startedAt && { dueAt: startedAt + wakeIntervalMs }),
      }),
    },
  );
}

/**
 * An attempt whose outcome nobody knows: there is nothing to ask for but an id that a callback named. It is
 * adopted when the provider's record of it has our prompt; else only patience ends the task.
 */
async function checkSubmission(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, store, provider, now } = context;
  const suggested = task.suggestedProviderTaskId;
  const whileLeasedBy = lease.owner;
  if (suggested === null || (await store.getByProviderTask(provider.name, suggested)) !== null) {
    const dueAt = task.createdAt + context.patienceMs;
    await (isOverdue(context, task)
      ? recorder.record(
          task.id,
          { kind: 'patienceEnded', error: outcomeStayedUnknown(provider.label) },
          { whileLeasedBy, schedule: leaseReturned },
        )
      : recorder.reschedule(task.id, whileLeasedBy, {
          ...leaseReturned,
          dueAt,
          suggestedProviderTaskId: null,
        }));
    return;
  }
  const { model, resolution, providerMemo: memo } = task;
  const outcome = await provider.check({ providerTaskId: suggested, model, resolution, memo }, signal);
  const schedule = { ...leaseReturned, lastCheckedAt: now(), checks: task.checks + 1 };
  if (outcome.kind === 'unavailable') {
    const dueAt = now() + nextRetryDelay(provider.pollIntervalMs, 0, outcome.retryAfterMs, context.random());
    await recorder.reschedule(task.id, whileLeasedBy, { ...schedule, dueAt });
  } else if (outcome.kind !== 'unknown' && outcome.echoedPrompt === task.prompt) {
    const reason = `${provider.label} called back about ${suggested}, and it has this prompt`;
    const event = { kind: 'adopted', providerTaskId: suggested, reason } as const;
    // What the record says is the next check's matter.
    await recorder.record(task.id, event, {
      whileLeasedBy,
      schedule: { ...schedule, suggestedProviderTaskId: null, dueAt: now() },
    });
  } else {
    const dueAt = task.createdAt + context.patienceMs;
    await recorder.reschedule(task.id, whileLeasedBy, { ...schedule, dueAt, suggestedProviderTaskId: null });
  }
}

type Conclusion = { readonly event: TaskEvent } & Schedule;

async function conclude(
  context: WorkContext,
  task: VideoTask,
  outcome: CheckOutcome,
  signal: AbortSignal,
): Promise<Conclusion> {
  const { provider, now, random } = context;
  const regularly = () => ({
    unknownChecks: 0,
    dueAt: now() + nextCheckDelay(intervalOf(context), 0, random()),
  });
  const thinningOut = () => ({
    unknownChecks: task.unknownChecks + 1,
    dueAt: now() + nextCheckDelay(provider.pollIntervalMs, task.unknownChecks + 1, random()),
  });
  switch (outcome.kind) {
    case 'processing': {
      const { providerStatus, percent, memo } = outcome;
      return { event: { kind: 'observed', providerStatus, percent, memo, hint: null }, ...regularly() };
    }
    case 'failed': {
      const { providerStatus, error } = outcome;
      return { event: { kind: 'providerFailed', providerStatus, error } };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const fetched = await context.archive.fetch(outcome.url, signal);
      if (fetched.kind === 'stored') {
        return { event: { kind: 'succeeded', providerStatus, memo, video: fetched.video } };
      }
      const hint =
        `${provider.label} says that the video is ready, but it could not be fetched: ${fetched.reason}. ` +
        'It is tried again.';
      return { event: { kind: 'observed', providerStatus, percent: null, memo, hint }, ...thinningOut() };
    }
    case 'unknown': {
      const { hint } = outcome;
      return {
        event: { kind: 'observed', providerStatus: 'unknown', percent: null, memo: null, hint },
        ...thinningOut(),
      };
    }
    case 'unavailable':
      return {
        // Says nothing about the task: what is known of it stays, the hint of an earlier answer too.
        event: { kind: 'observed', providerStatus: null, percent: null, memo: null, hint: task.hint },
        dueAt: now() + nextRetryDelay(provider.pollIntervalMs, 0, outcome.retryAfterMs, random()),
      };
    default:
      return outcome satisfies never;
  }
}

/** While the provider calls back by itself, a look now and then is enough. */
const intervalOf = ({ provider, callbacksArrive }: WorkContext): number =>
  provider.pollIntervalMs * (callbacksArrive() ? safetyCheckFactor : 1);

const isOverdue = ({ now, patienceMs }: WorkContext, task: VideoTask): boolean =>
  now() - task.createdAt >= patienceMs;

const gaveUp = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} told no end of this task in all this time. Look for it there: it may have been billed.`,
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});

const outcomeStayedUnknown = (label: string): TaskError => ({
  code: 'SUBMISSION_UNKNOWN',
  message: `Whether ${label} took this task never became known. Look for it there before you try again: it may have been billed.`,
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});
