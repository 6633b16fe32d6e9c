import { leaseReturned, type Schedule } from '../../commands/recorder.ts';
import { wakeIntervalMs } from '../../commands/wake-task.ts';
import { isNothingNew, type TaskEvent } from '../../domain/state-machine/state-machine.ts';
import { isTerminal, mediaKeysOf, type VideoTask } from '../../domain/video-task.ts';
import type { TaskFault } from '../provider-health/task-faults.ts';
import { gaveUp } from '../user-messages/task-errors.ts';
import { isOverdue, type Lease, type WorkContext } from '../work-context.ts';

/** A check under way. */
export interface CheckRun {
  readonly context: WorkContext;
  /** As it was claimed. */
  readonly task: VideoTask;
  readonly lease: Lease;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** The faults of this task where the check was not answered; null where it was. */
  readonly fault: TaskFault | null;
  /** When the provider finished, by its own clock, in milliseconds since 1970; null where it did not say so. */
  readonly finishedAt: number | null;
  /** Ends the check at the stop. */
  readonly signal: AbortSignal;
}

/** The event of a check that found nothing to say about the task. */
export const nothingObserved = {
  kind: 'observed',
  providerStatus: null,
  percent: null,
  memo: null,
  hint: null,
} as const;

/**
 * Records the event of a check, and returns the lease with it; where patience is over, an event that ends nothing
 * becomes that end. Nothing is recorded for a task that another worker or a command took over.
 *
 * @param schedule when to check again, and the counters
 * @param sparesPatience as far as is known the provider answers no request, or the fault is ours: then patience does not
 * end the task
 */
export async function recordCheck(
  { context, task, lease, askedAt, finishedAt }: CheckRun,
  event: TaskEvent,
  schedule: Schedule = {},
  sparesPatience = false,
): Promise<void> {
  const { recorder, provider, files, store, metrics, now } = context;
  const patienceIsOver =
    event.kind === 'observed' && !sparesPatience && !isTerminal(task.stage) && isOverdue(context, task);
  const { dueAt = null, unknownChecks } = schedule;
  // Nearly all checks: the task is neither read nor written as a whole.
  if (
    !patienceIsOver &&
    unknownChecks === 0 &&
    dueAt !== null &&
    isNothingNew(task, event) &&
    (await recorder.recordNothingNew(task, lease.owner, { askedAt, dueAt }))
  ) {
    return;
  }
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
  const hasEnded = recorded !== null && isTerminal(recorded.stage) && !isTerminal(task.stage);
  // A task that is tracked may have ended long before this server knew of it.
  if (hasEnded && finishedAt !== null && task.provider.trackedId === null) {
    metrics.detectLag.of(provider.name).record(Math.max(0, now() - finishedAt) / 1000);
  }
  // The task was canceled, or passed to another worker: no task names the copy.
  if (recorded === null && event.kind === 'succeeded' && event.video !== null) {
    const keys = mediaKeysOf(event.video);
    for (const key of keys) await files.remove(key);
    await store.media.forget(keys);
  }
}
