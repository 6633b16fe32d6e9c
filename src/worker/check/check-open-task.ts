import type { VideoTask } from '../../domain/video-task.ts';
import { nextCheckDelay, nextOwnFaultDelay } from '../policy/check-interval.ts';
import type { Lease, WorkContext } from '../work-context.ts';
import { archiveVideo } from './archive-video.ts';
import { nothingObserved, type Conclusion, type TimedOutcome } from './conclusion.ts';
import { provesCost, reportedCost } from './reported-cost.ts';

/** How much rarer regular checks are while callbacks arrive: they only make up for one that was lost. */
const safetyCheckFactor = 5;

/** The conclusion from an answer about a task that is open; null when the task was taken over during the copy. */
export async function concludeOpen(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: Exclude<TimedOutcome, { kind: 'unavailable' }>,
  signal: AbortSignal,
): Promise<Conclusion | null> {
  const { provider, now, random } = context;
  const lessOften = () => ({
    unknownChecks: task.work.unknownChecks + 1,
    dueAt: now() + nextCheckDelay(provider.pollIntervalMs, task.work.unknownChecks + 1, random()),
  });
  switch (outcome.kind) {
    case 'processing': {
      const { providerStatus, percent, memo } = outcome;
      const event = { kind: 'observed', providerStatus, percent, memo, hint: null } as const;
      const dueAt = now() + nextCheckDelay(intervalFor(context, task), 0, random());
      return { event, unknownChecks: 0, dueAt };
    }
    case 'failed': {
      const { providerStatus, error } = outcome;
      const cost = reportedCost(provider, task, outcome);
      const billed = !provesCost(task, outcome)
        ? 'UNKNOWN'
        : cost !== null && cost.amount > 0
          ? 'YES'
          : error.billed;
      return { event: { kind: 'providerFailed', providerStatus, error: { ...error, billed }, cost } };
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const archived = await archiveVideo(context, task, lease, outcome, signal);
      if (archived === null) return null;
      if (archived.kind === 'stored') {
        const cost = reportedCost(provider, task, outcome);
        return { event: { kind: 'succeeded', providerStatus, memo, video: archived.video, cost } };
      }
      const hint =
        `${provider.label} says that the video is ready, but ` +
        (archived.kind === 'ownFault'
          ? `${archived.reason}. It is tried again until that succeeds; the operator finds the reason in the log.`
          : `it could not be fetched: ${archived.reason}. It is tried again.`);
      const event = { ...nothingObserved, providerStatus, memo, hint };
      return archived.kind === 'ownFault'
        ? { event, sparesPatience: true, dueAt: now() + nextOwnFaultDelay(provider.pollIntervalMs, random()) }
        : { event, ...lessOften() };
    }
    case 'unknown': {
      const hint =
        task.provider.trackedId === null ? outcome.hint : unknownId(provider.label, task.provider.trackedId);
      return { event: { ...nothingObserved, providerStatus: 'unknown', hint }, ...lessOften() };
    }
    default:
      return outcome satisfies never;
  }
}

/** While the provider calls back about such tasks, regular checks are a safety net. */
const intervalFor = ({ provider, callbacksArrive }: WorkContext, task: VideoTask): number =>
  provider.pollIntervalMs * (callbacksArrive(task) ? safetyCheckFactor : 1);

const unknownId = (label: string, id: string): string =>
  `${label} knows no task ${id}, or its answer could not be read. Make sure that the id is right; checks continue.`;
