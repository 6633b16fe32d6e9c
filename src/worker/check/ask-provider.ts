import type { CheckOutcome, CheckRequest } from '../../providers/provider.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import type { WorkContext } from '../work-context.ts';

/** Requests the status of a task once, as `VideoProvider.check` does, and records how long that took. */
export async function askProvider(
  { provider, metrics }: Pick<WorkContext, 'provider' | 'metrics'>,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const begunAt = performance.now();
  const outcome = await provider.check(request, signal);
  metrics.checks.of(provider.name, outcome.kind).record((performance.now() - begunAt) / 1000);
  return outcome;
}

/** Logs an answer that cannot be read, or that does not know the task. */
export function noteUnusable(
  { recorder }: Pick<WorkContext, 'recorder'>,
  task: VideoTask,
  outcome: CheckOutcome,
): void {
  if (outcome.kind === 'unknown') {
    recorder.logTrouble(task, 'an answer of the provider about a task cannot be used; asking again', {
      reason: outcome.reason,
    });
  }
}
