import type { Wording } from '../../domain/messages.ts';
import { nextCheckDelay, nextLateCheckDelay } from '../policy/check-interval.ts';
import { askAgainAt } from '../policy/retry-schedule.ts';
import { notAskedToStop, notStopped, stopped } from '../user-messages/hints.ts';
import { lateWatchEnds } from '../work-context.ts';
import { nothingObserved, recordCheck, type CheckRun } from './record-check.ts';

/**
 * Stops a canceled task at its provider, and records the check with the answer. The request may be repeated, so it is
 * made after each check that does not find the end of the task: a crash in between loses nothing.
 *
 * @returns false where there is nothing to stop, or no way to: then nothing was recorded
 */
export async function askToStop(run: CheckRun): Promise<boolean> {
  const { context, task, signal } = run;
  const { provider, now, random } = context;
  const { taskId } = task.provider;
  if (task.stage !== 'CANCELED' || taskId === null || now() >= lateWatchEnds(context, task)) return false;
  if (provider.canCancel?.(taskId) !== true || provider.cancel === undefined) return false;
  const { label, pollIntervalMs } = provider;
  const outcome = await provider.cancel(taskId, signal);
  const record = async (hint: Wording, dueAt: number) => {
    const event = hint.text === task.hint ? nothingObserved : ({ kind: 'stopAnswered', hint } as const);
    await recordCheck(run, event, { dueAt });
    return true;
  };
  switch (outcome.kind) {
    case 'canceled':
      return record(stopped(label), now() + nextCheckDelay(pollIntervalMs, 0, random()));
    case 'refused':
      return record(notStopped(label, outcome.reason), now() + nextLateCheckDelay(pollIntervalMs, random()));
    case 'unavailable':
      return record(notAskedToStop(label, outcome.reason), askAgainAt(context, outcome.retryAfterMs));
    default:
      return outcome satisfies never;
  }
}
