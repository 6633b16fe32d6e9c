import type { CheckOutcome } from '../../providers/provider.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { nextLateCheckDelay } from '../policy/check-interval.ts';
import type { Conclusion } from './check.ts';
import { copyVideo } from './archive-video.ts';
import { lateWatchEnds, type Lease, type WorkContext } from '../work-context.ts';
import { toldCost } from './reported-cost.ts';

/**
 * What a look at an ended task leads to. One that was given up on may still be completed; one that was canceled
 * may still tell its cost. Nothing else of it changes.
 */
export async function concludeLate(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: CheckOutcome & { readonly askedAt: number },
  signal: AbortSignal,
): Promise<Conclusion | null> {
  const { provider, now, random } = context;
  const isWatched = now() < lateWatchEnds(context, task);
  const later = isWatched
    ? { dueAt: now() + nextLateCheckDelay(provider.pollIntervalMs, random()) }
    : { nextAction: null };
  const unchanged = {
    kind: 'observed',
    providerStatus: null,
    percent: null,
    memo: null,
    hint: null,
  } as const;
  switch (outcome.kind) {
    case 'processing':
    case 'unknown':
    case 'unavailable':
      return { event: unchanged, ...later };
    case 'failed': {
      const { providerStatus } = outcome;
      const credits = outcome.credits ?? (outcome.error.billed === 'NO' ? 0 : null);
      const cost = toldCost(provider, task, { ...outcome, credits });
      return cost === null
        ? { event: { ...unchanged, providerStatus }, nextAction: null }
        : { event: { kind: 'costTold', cost }, nextAction: null };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const cost = toldCost(provider, task, outcome);
      if (task.stage === 'CANCELED') {
        return cost === null
          ? { event: { ...unchanged, providerStatus }, nextAction: null }
          : { event: { kind: 'costTold', cost }, nextAction: null };
      }
      const fetched = await copyVideo(context, task, lease, outcome, signal);
      if (fetched === null) return null;
      if (fetched.kind === 'stored') {
        return { event: { kind: 'succeeded', providerStatus, memo, video: fetched.video, cost } };
      }
      const event = { ...unchanged, providerStatus };
      // A video that only we cannot store is not given up.
      return fetched.kind === 'ownFault'
        ? { event, dueAt: now() + nextLateCheckDelay(provider.pollIntervalMs, random()) }
        : { event, ...later };
    }
    default:
      return outcome satisfies never;
  }
}
