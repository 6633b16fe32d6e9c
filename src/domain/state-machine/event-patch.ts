import type { Wording } from '../messages.ts';
import { isTerminal, type Cost, type Stage, type TaskError, type VideoTask } from '../video-task.ts';
import type { TaskEvent } from './task-event.ts';
import { wasPostponed } from './repeated-attempts.ts';
import type { TaskPatch } from '../task-fields.ts';

/** The fields that an event writes, apart from the stage and the next action. */
export function patchOf(task: VideoTask, event: TaskEvent, to: Stage, now: number): TaskPatch {
  switch (event.kind) {
    case 'attemptStarted':
      return { provider: { submittedAt: now }, ...(!wasPostponed(task) && hintFields(null)) };
    case 'accepted':
      return {
        provider: { taskId: event.providerTaskId, ...(event.memo && { memo: event.memo }) },
        ...(to !== 'CANCELED' && { ...hintFields(null) }),
      };
    case 'adopted':
      return {
        provider: { taskId: event.providerTaskId, trackedId: event.trackedId },
        ...(to !== 'CANCELED' && { ...hintFields(null) }),
      };
    case 'acceptedElsewhere':
    case 'idNamed':
    case 'stopAnswered':
      return { ...hintFields(event.hint) };
    case 'refused':
    case 'patienceEnded':
    case 'gaveUp': {
      const spent = costAfter(task, event.error);
      if (to === 'CANCELED') return { ...hintFields(null), ...spent };
      // Where to look, and how to resolve it, is as true as before.
      const hint = event.error.code === 'SUBMISSION_UNKNOWN' ? {} : hintFields(null);
      return { result: { error: event.error, completedAt: now }, ...hint, ...spent };
    }
    case 'providerFailed':
      return {
        result: { error: event.error, completedAt: now },
        provider: { status: event.providerStatus },
        ...hintFields(null),
        ...(event.cost === null ? costAfter(task, event.error) : { cost: event.cost }),
      };
    case 'postponed':
      return {
        provider: { submittedAt: null },
        ...(to === 'CANCELED'
          ? { ...hintFields(null), cost: nothingSpent(task.cost) }
          : { ...hintFields(event.hint) }),
      };
    case 'outcomeUnknown':
      return { ...hintFields(event.hint) };
    case 'observed':
      return {
        // What an ended task says is about its end.
        ...(!isTerminal(task.stage) && { ...hintFields(event.hint) }),
        provider: {
          ...(event.providerStatus !== null && { status: event.providerStatus }),
          ...(event.percent !== null && { percent: risingPercent(task.provider.percent, event.percent) }),
          ...(event.memo && { memo: event.memo }),
        },
      };
    case 'succeeded':
      return {
        provider: { status: event.providerStatus, ...(event.memo && { memo: event.memo }) },
        result: { video: event.video, error: null, completedAt: now },
        ...hintFields(null),
        ...(event.cost && { cost: event.cost }),
      };
    case 'canceled':
      return {
        ...hintFields(event.hint),
        result: { completedAt: now },
        ...(task.stage === 'WAITING' && { cost: nothingSpent(task.cost) }),
      };
    case 'costTold':
      return { cost: event.cost };
    case 'posterStored':
      return task.result.video === null
        ? {}
        : { result: { video: { ...task.result.video, poster: event.poster } } };
    case 'videoRemoved': {
      const { video } = task.result;
      if (video === null) return {};
      const { poster: _, ...kept } = video;
      return { result: { video: { ...kept, removedAt: now } }, ...hintFields(event.hint) };
    }
    case 'deleted':
      return { deletedAt: now };
    default:
      return event satisfies never;
  }
}

const hintFields = (hint: Wording | null): Pick<VideoTask, 'hint' | 'hintMessages'> => ({
  hint: hint?.text ?? null,
  hintMessages: hint?.messages ?? null,
});

/** A failure that is known not to be billed costs nothing; any other keeps the estimate. */
const costAfter = (task: VideoTask, error: TaskError): TaskPatch =>
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
