import type { NextAction, Stage, VideoTask } from '../video-task.ts';
import type { Change } from './change.ts';
import { patchOf } from './event-patch.ts';
import { reasonOf } from './history-reason.ts';
import { stepsOf } from './repeated-attempts.ts';
import type { TaskEvent } from './task-event.ts';
import { patched, type TaskPatch } from '../task-fields.ts';

export type { TaskEvent } from './task-event.ts';

/** One allowed move. `only` narrows it to some tasks of that stage. */
interface Rule {
  readonly to: Stage;
  readonly only?: (task: VideoTask) => boolean;
}

const mayRevive = (task: VideoTask): boolean =>
  task.result.error?.code === 'GAVE_UP' || task.result.error?.code === 'SUBMISSION_UNKNOWN';
/** A task that was never sent cannot succeed. */
const mayStillSucceed = (task: VideoTask): boolean =>
  task.result.error?.code === 'SUBMISSION_UNKNOWN' ||
  (task.result.error?.code === 'GAVE_UP' && (task.provider.taskId ?? task.provider.trackedId) !== null);
const outcomeNeverKnown = (task: VideoTask): boolean =>
  task.result.error?.code === 'SUBMISSION_UNKNOWN' &&
  (task.provider.taskId ?? task.provider.trackedId) === null;
const lacksProviderTask = (task: VideoTask): boolean => task.provider.taskId === null;
const hasProviderTask = (task: VideoTask): boolean => task.provider.taskId !== null;
/** Canceled while its attempt was under way, whose outcome is still to come. */
const isBeingSent = (task: VideoTask): boolean =>
  lacksProviderTask(task) && task.provider.submittedAt !== null;
const isStored = ({ result: { video } }: VideoTask): boolean =>
  video !== null && video.removedAt === undefined;
/** A frame is drawn once, and not in place of what the provider chose. */
const lacksFrame = (task: VideoTask): boolean =>
  isStored(task) && ['REFERENCE_IMAGE', undefined].includes(task.result.video?.poster?.origin);
/** Canceled after it was sent: its cost is still to be found, also after the task is deleted. */
const owesCost = (task: VideoTask): boolean =>
  task.stage === 'CANCELED' &&
  (task.provider.taskId ?? task.provider.trackedId) !== null &&
  task.cost?.settled !== true;

/**
 * The events that lead from one stage to another; a pair that is not listed is refused.
 *
 * A late `accepted` is kept wherever the task has no provider's id yet, because it is proof of a bill. Terminal
 * statuses stay, but for a late success of a task that failed only because we stopped waiting.
 *
 * A late `postponed` does not reopen an unknown submission: its hint may already have sent a person to
 * the provider, and events carry no attempt that would distinguish a proof about this one from a stale one.
 */
export const transitions: Record<Stage, Partial<Record<TaskEvent['kind'], Rule>>> = {
  WAITING: {
    attemptStarted: { to: 'SUBMITTING' },
    // By us, before anything was sent: an image that cannot be fetched.
    refused: { to: 'FAILED' },
    observed: { to: 'WAITING' },
    patienceEnded: { to: 'FAILED' },
    canceled: { to: 'CANCELED' },
  },
  SUBMITTING: {
    accepted: { to: 'GENERATING' },
    refused: { to: 'FAILED' },
    postponed: { to: 'WAITING' },
    outcomeUnknown: { to: 'SUBMISSION_UNKNOWN' },
    canceled: { to: 'CANCELED' },
  },
  SUBMISSION_UNKNOWN: {
    idNamed: { to: 'SUBMISSION_UNKNOWN' },
    accepted: { to: 'GENERATING' },
    refused: { to: 'FAILED' },
    adopted: { to: 'GENERATING' },
    observed: { to: 'SUBMISSION_UNKNOWN' },
    patienceEnded: { to: 'FAILED' },
    gaveUp: { to: 'FAILED' },
    canceled: { to: 'CANCELED' },
  },
  GENERATING: {
    observed: { to: 'GENERATING' },
    succeeded: { to: 'COMPLETED', only: hasProviderTask },
    providerFailed: { to: 'FAILED' },
    patienceEnded: { to: 'FAILED' },
    canceled: { to: 'CANCELED' },
    costTold: { to: 'GENERATING' },
    acceptedElsewhere: { to: 'GENERATING' },
  },
  COMPLETED: {
    acceptedElsewhere: { to: 'COMPLETED' },
    costTold: { to: 'COMPLETED' },
    posterStored: { to: 'COMPLETED', only: lacksFrame },
    videoRemoved: { to: 'COMPLETED', only: isStored },
    deleted: { to: 'COMPLETED' },
  },
  FAILED: {
    accepted: { to: 'FAILED', only: lacksProviderTask },
    acceptedElsewhere: { to: 'FAILED', only: hasProviderTask },
    adopted: { to: 'FAILED', only: outcomeNeverKnown },
    idNamed: { to: 'FAILED', only: outcomeNeverKnown },
    observed: { to: 'FAILED', only: mayRevive },
    succeeded: { to: 'COMPLETED', only: (task) => mayRevive(task) && hasProviderTask(task) },
    costTold: { to: 'FAILED' },
    deleted: { to: 'FAILED' },
  },
  CANCELED: {
    accepted: { to: 'CANCELED', only: lacksProviderTask },
    acceptedElsewhere: { to: 'CANCELED', only: hasProviderTask },
    refused: { to: 'CANCELED', only: isBeingSent },
    postponed: { to: 'CANCELED', only: isBeingSent },
    adopted: { to: 'CANCELED', only: isBeingSent },
    idNamed: { to: 'CANCELED', only: isBeingSent },
    stopAnswered: { to: 'CANCELED', only: hasProviderTask },
    observed: { to: 'CANCELED' },
    costTold: { to: 'CANCELED' },
    deleted: { to: 'CANCELED' },
  },
};

/** The fields that subscribers are sent: a change of any of them takes a revision; see `revision` in the schema. */
const announcedOf = ({ stage, provider, result, hint, cost, deletedAt }: VideoTask): readonly unknown[] => [
  stage,
  provider.taskId,
  provider.trackedId,
  provider.status,
  provider.percent,
  result.error,
  result.video,
  hint,
  cost,
  deletedAt,
];

/** The next action; after some ends a late success may still complete the task, or its cost may still be reported. */
function nextActionOf(task: VideoTask): NextAction | null {
  switch (task.stage) {
    case 'WAITING':
    case 'SUBMITTING':
      return 'submit';
    case 'SUBMISSION_UNKNOWN':
    case 'GENERATING':
      return 'check';
    case 'COMPLETED':
      return null;
    case 'FAILED':
      return mayStillSucceed(task) && task.deletedAt === null ? 'check' : null;
    case 'CANCELED':
      return owesCost(task) ? 'check' : null;
    default:
      return task.stage satisfies never;
  }
}

/** Events that change what is left to do without a change of stage. */
const redirecting: ReadonlySet<TaskEvent['kind']> = new Set(['accepted', 'adopted', 'costTold', 'deleted']);

/** Outcomes of a paid attempt: they are about money whatever became of the task. */
const outcomes: ReadonlySet<TaskEvent['kind']> = new Set([
  'accepted',
  'acceptedElsewhere',
  'adopted',
  'refused',
  'postponed',
]);

/** A deletion ends everything but what is about the money spent, which is no longer announced. */
const isForDeleted = (task: VideoTask, event: TaskEvent): boolean =>
  outcomes.has(event.kind) ||
  (owesCost(task) &&
    (event.kind === 'observed' || event.kind === 'stopAnswered' || event.kind === 'costTold'));

/** Events that leave a row in the history without a change of stage. */
const noted: ReadonlySet<TaskEvent['kind']> = new Set([
  'acceptedElsewhere',
  'idNamed',
  'stopAnswered',
  'videoRemoved',
]);

/**
 * Applies an event to a task. Pure: the caller writes the change in the transaction that read the task.
 *
 * @param now milliseconds since 1970
 * @returns null when the event is not for a task in this stage, because another event was first
 */
export function apply(task: VideoTask, event: TaskEvent, now: number): Change | null {
  const rule = transitions[task.stage][event.kind];
  const isDeleted = task.deletedAt !== null;
  if (rule === undefined || rule.only?.(task) === false || (isDeleted && !isForDeleted(task, event))) {
    return null;
  }
  const patch: TaskPatch = { ...patchOf(task, event, rule.to, now), stage: rule.to };
  const after = patched(task, patch);
  const moved = rule.to !== task.stage;
  const announces = !isDeleted && !same(announcedOf(task), announcedOf(after));
  return {
    patch: {
      ...patch,
      ...((moved || redirecting.has(event.kind)) && { work: { nextAction: nextActionOf(after) } }),
      ...(announces && { updatedAt: now }),
    },
    announces,
    ...(moved || noted.has(event.kind)
      ? stepsOf(task, event, { stage: rule.to, at: now, reason: reasonOf(event) })
      : { transition: null }),
    ...(event.kind === 'acceptedElsewhere' && {
      secondBill: { providerTaskId: event.providerTaskId, cost: event.cost },
    }),
  };
}

/**
 * True if a report about a task that is being generated says only what is known of it: nothing but when to check it again
 * is to be written.
 */
export function isNothingNew(task: VideoTask, event: TaskEvent): boolean {
  if (event.kind !== 'observed' || task.stage !== 'GENERATING' || task.deletedAt !== null) return false;
  const { provider = {}, hint = null, hintMessages = null } = patchOf(task, event, task.stage, 0);
  const reported = Object.keys(provider) as (keyof typeof provider)[];
  return (
    task.hint === hint &&
    same(task.hintMessages, hintMessages) &&
    reported.every((name) => same(task.provider[name], provider[name]))
  );
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
