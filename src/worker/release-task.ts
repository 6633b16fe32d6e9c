import type { VideoTask } from '../domain/video-task.ts';
import { leaseReturned } from '../commands/recorder.ts';
import { nextCheckDelay } from './policy/check-interval.ts';
import { gaveUp } from './policy/task-errors.ts';
import { provenFaults } from './provider-health/task-faults.ts';
import { isOverdue, type WorkContext } from './work-context.ts';

/** After a failure of our own (the database, a bug) work rests this long: shorter spins, longer delays everyone. */
export const faultPauseMs = 1000;

/**
 * Gives a task back that its work left as it was: it keeps its place, and rests a moment. Where the work failed on
 * our side, each time longer; patience ends by that too, since nobody else will find out more.
 *
 * @param leaseOwner who must still hold it; else it went its way, and nothing happens
 */
export async function giveBack(
  { store, recorder, provider, now, random, patienceMs }: PickedContext,
  task: VideoTask,
  leaseOwner: string,
  why: 'stopped' | 'ended' | 'failed',
): Promise<void> {
  // Nearly all work gives its lease back in the write that ends it; a read is cheaper than an empty transaction.
  if ((await store.get(task.id))?.work.leaseOwner !== leaseOwner) return;
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
