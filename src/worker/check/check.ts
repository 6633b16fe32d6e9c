import type { CheckOutcome } from '../../providers/provider.ts';
import { isTerminal, type VideoTask } from '../../domain/video-task.ts';
import type { TaskEvent } from '../../domain/state-machine.ts';
import { leaseReturned, type Schedule } from '../../commands/recorder.ts';
import { wakeIntervalMs } from '../../commands/wake-task.ts';
import { nextCheckDelay, nextOwnFaultDelay } from '../policy/check-interval.ts';
import { checkSubmission } from './check-unknown-submission.ts';
import { copyVideo } from './archive-video.ts';
import { gaveUp } from '../policy/task-errors.ts';
import { concludeLate } from './check-ended-task.ts';
import { isOverdue, type Lease, type WorkContext } from '../work-context.ts';
import { provesCost, toldCost } from './reported-cost.ts';
import { concludeUnanswered } from './unanswered-check.ts';

/** How much rarer regular checks are while callbacks arrive: they only make up for one that was lost. */
const safetyCheckFactor = 5;

/** One look at how a task is doing, and what follows from it. */
export async function checkTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, provider, store, now, files } = context;
  const {
    provider: { taskId: providerTaskId, trackedId },
  } = task;
  if (providerTaskId === null && trackedId === null) {
    await checkSubmission(context, task, lease, signal);
    return;
  }
  const startedAt = now();
  let isWanted = task.stage !== 'CANCELED' && task.deletedAt === null;
  // An id that another owner's task holds is not asked for, and reads like one that nobody knows.
  const outcome: CheckOutcome =
    providerTaskId === null
      ? { kind: 'unknown', reason: 'no such task', hint: '' }
      : await provider.check(
          {
            providerTaskId,
            model: task.spec.model,
            resolution: task.spec.resolution,
            memo: task.provider.memo,
            callbackUrl: context.callbackUrl(task),
            mayOrder: async () => {
              // It may have been canceled since it was claimed.
              const row = await store.get(task.id);
              isWanted = row !== null && row.stage !== 'CANCELED' && row.deletedAt === null;
              return isWanted;
            },
          },
          signal,
        );
  const fault = providerTaskId === null ? null : await context.health.noteCheck(task.id, outcome);
  // Canceled while it was asked for: the next check is about its cost alone.
  if (!isWanted && task.stage !== 'CANCELED') return;
  const conclusion = isTerminal(task.stage)
    ? await concludeLate(context, task, lease, { ...outcome, askedAt: startedAt }, signal)
    : outcome.kind === 'unavailable'
      ? concludeUnanswered(context, task, outcome, fault)
      : await conclude(context, task, lease, { ...outcome, askedAt: startedAt }, signal);
  if (conclusion === null) return;
  const { event, sparesPatience = false, ...schedule } = conclusion;
  const patienceIsOver =
    event.kind === 'observed' && !sparesPatience && !isTerminal(task.stage) && isOverdue(context, task);
  const recorded = await recorder.record(
    task.id,
    patienceIsOver ? { kind: 'patienceEnded', error: gaveUp(provider.label) } : event,
    {
      whileLeasedBy: lease.owner,
      schedule: (row) => ({
        ...leaseReturned,
        lastCheckedAt: startedAt,
        checks: task.work.checks + 1,
        ...schedule,
        // A call that came while we looked may be about what we did not see yet.
        ...(row.work.wokenAt !== null &&
          row.work.wokenAt >= startedAt && { dueAt: startedAt + wakeIntervalMs }),
      }),
    },
  );
  // Canceled meanwhile, or another worker's by now: nothing names the copy.
  if (recorded === null && event.kind === 'succeeded' && event.video !== null) {
    await files.remove(event.video.mediaKey);
    await context.store.forgetMedia([event.video.mediaKey]);
  }
}

/** What a look leads to: an event, and when to look again. */
export type Conclusion = {
  readonly event: TaskEvent;
  /** The provider answers nobody, as far as is known, or the fault is ours: no patience ends by that. */
  readonly sparesPatience?: boolean;
} & Schedule;

/** Null when the task has gone its way meanwhile. */
async function conclude(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: Exclude<CheckOutcome, { kind: 'unavailable' }> & { readonly askedAt: number },
  signal: AbortSignal,
): Promise<Conclusion | null> {
  const { provider, now, random } = context;
  const thinningOut = () => ({
    unknownChecks: task.work.unknownChecks + 1,
    dueAt: now() + nextCheckDelay(provider.pollIntervalMs, task.work.unknownChecks + 1, random()),
  });
  switch (outcome.kind) {
    case 'processing': {
      const { providerStatus, percent, memo } = outcome;
      const event = { kind: 'observed', providerStatus, percent, memo, hint: null } as const;
      const dueAt = now() + nextCheckDelay(intervalFor(context, task), 0, random());
      return { event, unknownChecks: 0, dueAt };
    }
    case 'failed': {
      const { providerStatus, error } = outcome;
      const cost = toldCost(provider, task, outcome);
      const billed = !provesCost(task, outcome)
        ? 'UNKNOWN'
        : cost !== null && cost.amount > 0
          ? 'YES'
          : error.billed;
      return { event: { kind: 'providerFailed', providerStatus, error: { ...error, billed }, cost } };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const fetched = await copyVideo(context, task, lease, outcome, signal);
      if (fetched === null) return null;
      if (fetched.kind === 'stored') {
        const cost = toldCost(provider, task, outcome);
        return { event: { kind: 'succeeded', providerStatus, memo, video: fetched.video, cost } };
      }
      const hint =
        `${provider.label} says that the video is ready, but ` +
        (fetched.kind === 'ownFault'
          ? `${fetched.reason}. It is tried again until that succeeds; the operator finds the reason in the log.`
          : `it could not be fetched: ${fetched.reason}. It is tried again.`);
      const event = { kind: 'observed', providerStatus, percent: null, memo, hint } as const;
      return fetched.kind === 'ownFault'
        ? {
            event,
            sparesPatience: true,
            dueAt: now() + nextOwnFaultDelay(provider.pollIntervalMs, random()),
          }
        : { event, ...thinningOut() };
    }
    case 'unknown': {
      const hint =
        task.provider.trackedId === null ? outcome.hint : unknownId(provider.label, task.provider.trackedId);
      return {
        event: { kind: 'observed', providerStatus: 'unknown', percent: null, memo: null, hint },
        ...thinningOut(),
      };
    }
    default:
      return outcome satisfies never;
  }
}

/** While the provider calls back about such tasks by itself, a look now and then is enough. */
const intervalFor = ({ provider, callbacksArrive }: WorkContext, task: VideoTask): number =>
  provider.pollIntervalMs * (callbacksArrive(task) ? safetyCheckFactor : 1);

const unknownId = (label: string, id: string): string =>
  `${label} knows no task ${id}, or its answer could not be read. See that the id is right; checking goes on.`;
