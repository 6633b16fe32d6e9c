import type { VideoTask } from '../../domain/video-task.ts';
import { nextLateCheckDelay } from '../policy/check-interval.ts';
import { archiveVideo } from './archive-video.ts';
import { askToStop } from './ask-to-stop.ts';
import { nothingObserved, type Conclusion, type TimedOutcome } from './conclusion.ts';
import { lateWatchEnds, type Lease, type WorkContext } from '../work-context.ts';
import { reportedCost } from './reported-cost.ts';

/**
 * The conclusion from a check of an ended task; null when the task was taken over during the copy. A task that was
 * given up may still be completed, and the cost of a canceled one may still be reported. A canceled one that still runs
 * is stopped at the provider where that is possible. Nothing else of it changes.
 */
export async function concludeEnded(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: TimedOutcome,
  signal: AbortSignal,
): Promise<Conclusion | null> {
  const { provider, now, random } = context;
  const isWatched = now() < lateWatchEnds(context, task);
  const later = isWatched
    ? { dueAt: now() + nextLateCheckDelay(provider.pollIntervalMs, random()) }
    : { nextAction: null };
  switch (outcome.kind) {
    case 'processing':
    case 'unknown':
    case 'unavailable':
      return (await askToStop(context, task, signal)) ?? { event: nothingObserved, ...later };
    case 'failed': {
      const { providerStatus } = outcome;
      const credits = outcome.credits ?? (outcome.error.billed === 'NO' ? 0 : null);
      const cost = reportedCost(provider, task, { ...outcome, credits });
      return cost === null
        ? { event: { ...nothingObserved, providerStatus }, nextAction: null }
        : { event: { kind: 'costTold', cost }, nextAction: null };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const cost = reportedCost(provider, task, outcome);
      if (task.stage === 'CANCELED') {
        return cost === null
          ? { event: { ...nothingObserved, providerStatus }, nextAction: null }
          : { event: { kind: 'costTold', cost }, nextAction: null };
      }
      const archived = await archiveVideo(context, task, lease, outcome, signal);
      if (archived === null) return null;
      if (archived.kind === 'stored') {
        return { event: { kind: 'succeeded', providerStatus, memo, video: archived.video, cost } };
      }
      const event = { ...nothingObserved, providerStatus };
      // A video that only we cannot store is not given up.
      return archived.kind === 'ownFault'
        ? { event, dueAt: now() + nextLateCheckDelay(provider.pollIntervalMs, random()) }
        : { event, ...later };
    }
    default:
      return outcome satisfies never;
  }
}
