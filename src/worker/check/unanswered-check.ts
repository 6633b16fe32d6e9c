import type { CheckOutcome } from '../../providers/provider.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { nextCheckDelay } from '../policy/check-interval.ts';
import { retryDelay } from '../policy/retry-schedule.ts';
import { nothingObserved, type Conclusion } from './conclusion.ts';
import { provenFaults, type TaskFault } from '../provider-health/task-faults.ts';
import type { WorkContext } from '../work-context.ts';

/** When to check a task again that met a fault, in milliseconds since 1970: less and less often where the fault is its own. */
export function nextCheckAfterFault(
  { provider, now, random }: WorkContext,
  { retryAfterMs }: Extract<CheckOutcome, { kind: 'unavailable' }>,
  fault: TaskFault | null,
): number {
  const { pollIntervalMs } = provider;
  const pauseMs = retryDelay(pollIntervalMs, retryAfterMs, random());
  return now() + Math.max(pauseMs, nextCheckDelay(pollIntervalMs, fault?.own ?? 0, random()));
}

/**
 * The conclusion from a check that the provider did not answer. It says nothing about the task, so all that is known of
 * it stays, and the hint too until the fault lasts. Patience ends by the task's own faults alone: an outage of any
 * length fails no task.
 */
export function concludeUnanswered(
  context: WorkContext,
  task: VideoTask,
  outcome: Extract<CheckOutcome, { kind: 'unavailable' }>,
  fault: TaskFault | null,
): Conclusion {
  const { label } = context.provider;
  const isOdd = fault !== null && fault.own >= provenFaults;
  const hint =
    isOdd && (fault.own === provenFaults || task.hint === null)
      ? `${label} answers about other tasks, but not about this one (${outcome.reason}). Checks continue, less and ` +
        'less often. You can look for it there by its providerTaskId.'
      : fault?.inARow === provenFaults
        ? `${label} has not answered for a while (${outcome.reason}). Nothing is lost: checks continue until it does.`
        : task.hint;
  return {
    event: { ...nothingObserved, hint },
    sparesPatience: !isOdd,
    dueAt: nextCheckAfterFault(context, outcome, fault),
  };
}
