import type { CheckOutcome } from '../../providers/provider.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { nextCheckDelay, pauseAfterRefusal } from '../policy/check-interval.ts';
import type { Conclusion } from './check.ts';
import { provenFaults, type Fault } from '../provider-health/task-faults.ts';
import type { WorkContext } from '../work-context.ts';

/** Learns from a check what it tells of the provider, and what of the task alone; null where it was answered. */
export async function noteOutcome(
  { faults, learn }: WorkContext,
  task: VideoTask,
  outcome: CheckOutcome,
): Promise<Fault | null> {
  if (outcome.kind !== 'unavailable') {
    faults.answered(task.id);
    await learn(task, { kind: 'answered' });
    return null;
  }
  const fault = faults.failed(task.id);
  // One odd task never stops the others.
  if (!fault.isOwn) await learn(task, { kind: 'failed', retryAfterMs: outcome.retryAfterMs });
  return fault;
}

/** When to ask again about a task that met a fault: more and more rarely where the fault is its own. */
export function nextAfterFault(
  { provider, now, random }: WorkContext,
  { retryAfterMs }: Extract<CheckOutcome, { kind: 'unavailable' }>,
  fault: Fault | null,
): number {
  const { pollIntervalMs } = provider;
  const pauseMs = pauseAfterRefusal(pollIntervalMs, retryAfterMs, random());
  return now() + Math.max(pauseMs, nextCheckDelay(pollIntervalMs, fault?.own ?? 0, random()));
}

/**
 * What a fault leads to. It says nothing about the task, so what is known of it stays, the hint of an earlier answer
 * too, until the fault lasts. Patience ends by the task's own faults alone: an outage of any length fails no task.
 */
export function concludeFault(
  context: WorkContext,
  task: VideoTask,
  outcome: Extract<CheckOutcome, { kind: 'unavailable' }>,
  fault: Fault | null,
): Conclusion {
  const { label } = context.provider;
  const isOdd = fault !== null && fault.own >= provenFaults;
  const hint =
    isOdd && (fault.own === provenFaults || task.hint === null)
      ? `${label} answers about other tasks, but not about this one (${outcome.reason}). Checking goes on, more and ` +
        'more rarely. You can look for it there by its providerTaskId.'
      : fault?.inARow === provenFaults
        ? `${label} has not answered for a while (${outcome.reason}). Nothing is lost: checking goes on until it does.`
        : task.hint;
  return {
    event: { kind: 'observed', providerStatus: null, percent: null, memo: null, hint },
    sparesPatience: !isOdd,
    dueAt: nextAfterFault(context, outcome, fault),
  };
}
