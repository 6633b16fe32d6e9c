import type { VideoTask } from '../domain/video-task.ts';
import { leaseReturned } from '../commands/recorder.ts';
import { nextCheckDelay } from './policy/check-interval.ts';
import { gaveUp } from './user-messages/task-errors.ts';
import { provenFaults } from './provider-health/task-faults.ts';
import { isOverdue, type WorkContext } from './work-context.ts';

/** The pause after a fault of our own (the database, a bug), in milliseconds: shorter spins, longer delays all tasks. */
export const faultPauseMs = 1000;

/**
 * Returns the lease of a task whose work ended without doing so. After a stop the task stays due; otherwise it becomes
 * due again after a pause, which grows with each failure on our side. Patience ends by such failures too.
 *
 * @param leaseOwner the lease that must still hold the task; otherwise nothing happens
 */
export async function releaseTask(
  { store, recorder, provider, now, random, patienceMs }: PickedContext,
  task: VideoTask,
  leaseOwner: string,
  why: 'stopped' | 'ended' | 'failed',
): Promise<void> {
  // Nearly all work returns its lease in the write that ends it; a read is cheaper than an empty transaction.
  if ((await store.leaseOwnerOf(task.id)) !== leaseOwner) return;
  if (why !== 'failed') {
    const dueAt = why === 'stopped' ? task.work.dueAt : now() + faultPauseMs;
    await recorder.reschedule(task.id, leaseOwner, { ...leaseReturned, dueAt });
    return;
  }
  const failures = task.work.unknownChecks + 1;
  const restMs =
    task.work.nextAction === 'submit' ? faultPauseMs : Math.max(faultPauseMs, provider.pollIntervalMs);
  const schedule = {
    ...leaseReturned,
    unknownChecks: failures,
    dueAt: now() + nextCheckDelay(restMs, failures, random()),
  };
  const isHopeless = failures > provenFaults && isOverdue({ now, patienceMs }, task);
  if (isHopeless && task.stage === 'GENERATING') {
    const event = { kind: 'patienceEnded', error: gaveUp(provider.label) } as const;
    await recorder.record(task.id, event, { whileLeasedBy: leaseOwner, schedule });
  }
  await recorder.reschedule(task.id, leaseOwner, schedule);
}

type PickedContext = Pick<WorkContext, 'store' | 'recorder' | 'provider' | 'now' | 'random' | 'patienceMs'>;
