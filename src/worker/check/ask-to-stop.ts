import type { VideoTask } from '../../domain/video-task.ts';
import { nextCheckDelay, nextLateCheckDelay } from '../policy/check-interval.ts';
import { retryDelay } from '../policy/retry-schedule.ts';
import { lateWatchEnds, type WorkContext } from '../work-context.ts';
import { nothingObserved, type Conclusion } from './conclusion.ts';

/**
 * Stops a canceled task at its provider. The request may be repeated, so it is made after each check that does not find
 * the end of the task: a crash in between loses nothing.
 *
 * @returns the conclusion of the check; null where there is nothing to stop, or no way to
 */
export async function askToStop(
  context: WorkContext,
  task: VideoTask,
  signal: AbortSignal,
): Promise<Conclusion | null> {
  const { provider, now, random } = context;
  const { taskId } = task.provider;
  if (task.stage !== 'CANCELED' || taskId === null || now() >= lateWatchEnds(context, task)) return null;
  if (provider.canCancel?.(taskId) !== true || provider.cancel === undefined) return null;
  const { label, pollIntervalMs } = provider;
  const outcome = await provider.cancel(taskId, signal);
  const answered = (hint: string) =>
    hint === task.hint ? nothingObserved : ({ kind: 'stopAnswered', hint } as const);
  switch (outcome.kind) {
    case 'canceled': {
      const hint = `${label} has stopped it. What was made until then may be billed.`;
      return { event: answered(hint), dueAt: now() + nextCheckDelay(pollIntervalMs, 0, random()) };
    }
    case 'refused': {
      const hint = `${label} did not stop it (${outcome.reason}): it will be billed if it is finished there.`;
      return { event: answered(hint), dueAt: now() + nextLateCheckDelay(pollIntervalMs, random()) };
    }
    case 'unavailable': {
      const hint = `${label} could not be asked to stop it (${outcome.reason}). It is asked again.`;
      return {
        event: answered(hint),
        dueAt: now() + retryDelay(pollIntervalMs, outcome.retryAfterMs, random()),
      };
    }
    default:
      return outcome satisfies never;
  }
}
