import type { CheckOutcome } from '../../providers/provider.ts';
import type { Wording } from '../../domain/messages.ts';
import { hintOf, type VideoTask } from '../../domain/video-task.ts';
import { nextCheckDelay, nextOwnFaultDelay } from '../policy/check-interval.ts';
import { checkAgainAt } from '../policy/retry-schedule.ts';
import { provenFaults, type TaskFault } from '../provider-health/task-faults.ts';
import { idNotKnown, noAnswerForAWhile, notFetched, notStored, oddTask } from '../user-messages/hints.ts';
import type { WorkContext } from '../work-context.ts';
import { archiveVideo } from './archive-video.ts';
import { nothingObserved, recordCheck, type CheckRun } from './record-check.ts';
import { provesCost, reportedCost } from './reported-cost.ts';

/** Factor by which regular checks are rarer while callbacks arrive: they only make up for one that was lost. */
const safetyCheckFactor = 5;

/** Records the outcome of a check of a task that is open. */
export async function recordCheckOfOpenTask(run: CheckRun, outcome: CheckOutcome): Promise<void> {
  const { context, task, fault } = run;
  const { provider, now, random } = context;
  const { label, pollIntervalMs } = provider;
  const lessOften = () => ({
    unknownChecks: task.work.unknownChecks + 1,
    dueAt: now() + nextCheckDelay(pollIntervalMs, task.work.unknownChecks + 1, random()),
  });
  switch (outcome.kind) {
    case 'processing': {
      const { providerStatus, percent, memo } = outcome;
      const event = { kind: 'observed', providerStatus, percent, memo, hint: null } as const;
      const dueAt = now() + nextCheckDelay(intervalFor(context, task), 0, random());
      return recordCheck(run, event, { unknownChecks: 0, dueAt });
    }
    case 'failed': {
      const { providerStatus, error } = outcome;
      const cost = reportedCost(provider, task, outcome);
      const billed = !provesCost(task, outcome)
        ? 'UNKNOWN'
        : cost !== null && cost.amount > 0
          ? 'YES'
          : error.billed;
      return recordCheck(run, { kind: 'providerFailed', providerStatus, error: { ...error, billed }, cost });
    }
    case 'completed': {
      const { providerStatus, memo } = outcome;
      const archived = await archiveVideo(run, outcome);
      if (archived === null) return;
      if (archived.kind === 'stored') {
        const cost = reportedCost(provider, task, outcome);
        return recordCheck(run, { kind: 'succeeded', providerStatus, memo, video: archived.video, cost });
      }
      const event = { ...nothingObserved, providerStatus, memo };
      if (archived.kind === 'ownFault') {
        const dueAt = now() + nextOwnFaultDelay(pollIntervalMs, random());
        return recordCheck(run, { ...event, hint: notStored(label, archived.reason) }, { dueAt }, true);
      }
      return recordCheck(run, { ...event, hint: notFetched(label, archived.reason) }, lessOften());
    }
    case 'unknown': {
      const { trackedId } = task.provider;
      const hint = trackedId === null ? outcome.hint : idNotKnown(label, trackedId);
      return recordCheck(run, { ...nothingObserved, providerStatus: 'unknown', hint }, lessOften());
    }
    case 'unavailable': {
      // It says nothing about the task, so all that is known of it stays. Patience ends by the task's own faults
      // alone: an outage of any length fails no task.
      const isOdd = fault !== null && fault.own >= provenFaults;
      const hint = hintOfFault(label, task, outcome.reason, fault);
      const dueAt = checkAgainAt(context, outcome.retryAfterMs, fault);
      return recordCheck(run, { ...nothingObserved, hint }, { dueAt }, !isOdd);
    }
    default:
      return outcome satisfies never;
  }
}

/** The hint of the task stays until faults last, its own or the provider's. */
function hintOfFault(
  label: string,
  task: VideoTask,
  reason: string,
  fault: TaskFault | null,
): Wording | null {
  const own = fault?.own ?? 0;
  if (own === provenFaults || (own > provenFaults && task.hint === null)) return oddTask(label, reason);
  return fault?.inARow === provenFaults ? noAnswerForAWhile(label, reason) : hintOf(task);
}

/** While the provider calls back about such tasks, regular checks are a safety net. */
const intervalFor = ({ provider, callbacksArrive }: WorkContext, task: VideoTask): number =>
  provider.pollIntervalMs * (callbacksArrive(task) ? safetyCheckFactor : 1);
