import type { CheckOutcome } from '../../providers/provider.ts';
import { nextLateCheckDelay } from '../policy/check-interval.ts';
import { lateWatchEnds } from '../work-context.ts';
import { archiveVideo } from './archive-video.ts';
import { askToStop } from './ask-to-stop.ts';
import { nothingObserved, recordCheck, type CheckRun } from './record-check.ts';
import { reportedCost } from './reported-cost.ts';

/**
 * Records the outcome of a check of an ended task. A task that was given up may still be completed, and the cost of a
 * canceled one may still be reported. A canceled one that still runs is stopped at the provider where that is possible.
 * Nothing else of it changes.
 */
export async function recordCheckOfEndedTask(run: CheckRun, outcome: CheckOutcome): Promise<void> {
  const { context, task } = run;
  const { provider, now, random } = context;
  const laterAt = () => now() + nextLateCheckDelay(provider.pollIntervalMs, random());
  const later = now() < lateWatchEnds(context, task) ? { dueAt: laterAt() } : { nextAction: null };
  switch (outcome.kind) {
    case 'processing':
    case 'unknown':
    case 'unavailable':
      if (!(await askToStop(run))) await recordCheck(run, nothingObserved, later);
      return;
    case 'failed': {
      const credits = outcome.credits ?? (outcome.error.billed === 'NO' ? 0 : null);
      return recordCost(run, { ...outcome, credits });
    }
    case 'completed': {
      if (task.stage === 'CANCELED') return recordCost(run, outcome);
      const { providerStatus, memo } = outcome;
      const archived = await archiveVideo(run, outcome);
      if (archived === null) return;
      if (archived.kind === 'stored') {
        const cost = reportedCost(provider, task, outcome);
        return recordCheck(run, { kind: 'succeeded', providerStatus, memo, video: archived.video, cost });
      }
      // A video that only we cannot store is not given up.
      const schedule = archived.kind === 'ownFault' ? { dueAt: laterAt() } : later;
      return recordCheck(run, { ...nothingObserved, providerStatus }, schedule);
    }
    default:
      return outcome satisfies never;
  }
}

/** Records the cost that the provider's last record reports, if any; there is nothing left to check after it. */
function recordCost(
  run: CheckRun,
  outcome: Extract<CheckOutcome, { kind: 'failed' | 'completed' }>,
): Promise<void> {
  const cost = reportedCost(run.context.provider, run.task, outcome);
  const event =
    cost === null
      ? { ...nothingObserved, providerStatus: outcome.providerStatus }
      : ({ kind: 'costTold', cost } as const);
  return recordCheck(run, event, { nextAction: null });
}
