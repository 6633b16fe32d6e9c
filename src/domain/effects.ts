import { isTerminal, type Cost, type Stage, type TaskError, type VideoTask } from './video-task.ts';
import type { TaskEvent } from './task-event.ts';

/** The fields that an event writes, beside the stage it leads to and what is left to do. */
export function effects(task: VideoTask, event: TaskEvent, to: Stage, now: number): Partial<VideoTask> {
  switch (event.kind) {
    case 'attemptStarted':
      return { submittedAt: now, hint: null };
    case 'accepted':
      return {
        providerTaskId: event.providerTaskId,
        ...(event.memo && { providerMemo: event.memo }),
        ...(to !== 'CANCELED' && { hint: null }),
      };
    case 'adopted':
      return {
        providerTaskId: event.providerTaskId,
        trackedId: event.trackedId,
        ...(to !== 'CANCELED' && { hint: null }),
      };
    case 'acceptedElsewhere':
    case 'idNamed':
      return { hint: event.hint };
    case 'refused':
    case 'patienceEnded':
    case 'gaveUp': {
      const spent = costAfter(task, event.error);
      if (to === 'CANCELED') return { hint: null, ...spent };
      // Where to look, and how to resolve it, is as true as before.
      const hint = event.error.code === 'SUBMISSION_UNKNOWN' ? task.hint : null;
      return { error: event.error, completedAt: now, hint, ...spent };
    }
    case 'providerFailed':
      return {
        error: event.error,
        providerStatus: event.providerStatus,
        completedAt: now,
        hint: null,
        ...(event.cost === null ? costAfter(task, event.error) : { cost: event.cost }),
      };
    case 'postponed':
      return {
        submittedAt: null,
        hint: null,
        ...(to === 'CANCELED' && { cost: nothingSpent(task.cost) }),
      };
    case 'outcomeUnknown':
      return { hint: event.hint };
    case 'observed':
      return {
        // What an ended task says is about its end.
        ...(!isTerminal(task.stage) && { hint: event.hint }),
        ...(event.providerStatus !== null && { providerStatus: event.providerStatus }),
        ...(event.percent !== null && { percent: risingPercent(task.percent, event.percent) }),
        ...(event.memo && { providerMemo: event.memo }),
      };
    case 'succeeded':
      return {
        providerStatus: event.providerStatus,
        video: event.video,
        error: null,
        hint: null,
        completedAt: now,
        ...(event.memo && { providerMemo: event.memo }),
        ...(event.cost && { cost: event.cost }),
      };
    case 'canceled':
      return {
        hint: event.hint,
        completedAt: now,
        ...(task.stage === 'WAITING' && { cost: nothingSpent(task.cost) }),
      };
    case 'costTold':
      return { cost: event.cost };
    case 'deleted':
      return { deletedAt: now };
    default:
      return event satisfies never;
  }
}

/** What is known not to be billed costs nothing; whatever else stays as it was estimated. */
const costAfter = (task: VideoTask, error: TaskError): Partial<VideoTask> =>
  error.billed === 'NO' ? { cost: nothingSpent(task.cost) } : {};

const nothingSpent = (estimate: Cost | null): Cost => ({
  amount: 0,
  credits: estimate === null || estimate.credits === null ? null : 0,
  settled: true,
});

/** A reported percent never falls, and 100 is left for the finished task. */
function risingPercent(before: number | null, reported: number): number | null {
  if (Number.isNaN(reported)) return before;
  const whole = Math.min(99, Math.max(0, Math.floor(reported)));
  return Math.max(before ?? 0, whole);
}

/** What the row of a step in the history says of it. */
export function reasonOf(event: TaskEvent): string | null {
  switch (event.kind) {
    case 'postponed':
    case 'outcomeUnknown':
    case 'adopted':
      return event.reason;
    case 'acceptedElsewhere':
      return event.hint;
    case 'idNamed':
      return `The provider named ${event.providerTaskId} for it, which nothing proves.`;
    case 'refused':
    case 'providerFailed':
    case 'patienceEnded':
    case 'gaveUp':
      return event.error.message;
    case 'attemptStarted':
    case 'accepted':
    case 'observed':
    case 'succeeded':
    case 'canceled':
    case 'costTold':
    case 'deleted':
      return null;
    default:
      return event satisfies never;
  }
}
