import type { CheckOutcome } from '../providers/provider.ts';
import type { TaskError, VideoTask } from '../store/video-task.ts';
import type { TaskEvent } from '../tasks/machine.ts';
import { leaseReturned, type RecordOptions } from '../tasks/recorder.ts';
import { nextCheckDelay, nextRetryDelay } from './cadence.ts';
import type { Lease, WorkContext } from './run.ts';

/** One look at how a task is doing, and what follows from it. */
export async function checkTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, provider, now } = context;
  if (task.providerTaskId === null) {
    // Nothing to ask for: only patience ends an attempt whose outcome nobody knows.
    await recorder.record(
      task.id,
      { kind: 'patienceEnded', error: outcomeStayedUnknown(provider.label) },
      { whileLeasedBy: lease.owner, schedule: leaseReturned },
    );
    return;
  }
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
      schedule: { ...leaseReturned, lastCheckedAt: now(), checks: task.checks + 1, ...schedule },
    },
  );
}

type Conclusion = { readonly event: TaskEvent } & NonNullable<RecordOptions['schedule']>;

async function conclude(
  context: WorkContext,
  task: VideoTask,
  outcome: CheckOutcome,
  signal: AbortSignal,
): Promise<Conclusion> {
  const { provider, now, random } = context;
  const regularly = () => ({
    unknownChecks: 0,
    dueAt: now() + nextCheckDelay(provider.pollIntervalMs, 0, random()),
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
