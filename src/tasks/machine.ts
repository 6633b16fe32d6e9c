import {
  isTerminal,
  type Cost,
  type JsonObject,
  type NextAction,
  type Stage,
  type TaskError,
  type Transition,
  type Video,
  type VideoTask,
} from '../store/video-task.ts';

/** Everything that can happen to a task after its creation. */
export type TaskEvent =
  /** The paid POST may go out from now on: committed before its first byte. */
  | { readonly kind: 'attemptStarted' }
  | { readonly kind: 'accepted'; readonly providerTaskId: string; readonly memo: JsonObject | null }
  /** A late acceptance of a task that has another provider's id by now: a second bill that its owner must see. */
  | { readonly kind: 'acceptedElsewhere'; readonly hint: string }
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** Proven not sent, or documented as rejected and not queued. */
  | { readonly kind: 'postponed'; readonly reason: string }
  /** The attempt may have been billed, and no answer proves either. */
  | { readonly kind: 'outcomeUnknown'; readonly reason: string; readonly hint: string }
  /** Somebody who knows, a person or a checked callback, named the provider's id. */
  | {
      readonly kind: 'adopted';
      /** Null when another owner's task holds it: it is followed in name only then. */
      readonly providerTaskId: string | null;
      /** The same where a person named it. */
      readonly trackedId: string | null;
      readonly reason: string;
    }
  /** A check that ends nothing. */
  | {
      readonly kind: 'observed';
      readonly providerStatus: string | null;
      readonly percent: number | null;
      readonly memo: JsonObject | null;
      readonly hint: string | null;
    }
  | {
      readonly kind: 'succeeded';
      readonly providerStatus: string;
      readonly video: Video | null;
      readonly memo: JsonObject | null;
      /** As the provider told it; null keeps the estimate. */
      readonly cost: Cost | null;
    }
  | {
      readonly kind: 'providerFailed';
      readonly providerStatus: string;
      readonly error: TaskError;
      /** As the provider told it; null follows `error.billed`. */
      readonly cost: Cost | null;
    }
  | { readonly kind: 'patienceEnded'; readonly error: TaskError }
  | { readonly kind: 'gaveUp'; readonly error: TaskError }
  | { readonly kind: 'canceled'; readonly hint: string | null }
  /** The provider told what it consumed, or it is known that it consumed nothing. */
  | { readonly kind: 'costTold'; readonly cost: Cost }
  | { readonly kind: 'deleted' };

/** One allowed move. `only` narrows it to some tasks of that stage. */
interface Rule {
  readonly to: Stage;
  readonly only?: (task: VideoTask) => boolean;
}

const mayRevive = (task: VideoTask): boolean =>
  task.error?.code === 'GAVE_UP' || task.error?.code === 'SUBMISSION_UNKNOWN';
/** What was never sent cannot succeed. */
const mayStillSucceed = (task: VideoTask): boolean =>
  task.error?.code === 'SUBMISSION_UNKNOWN' ||
  (task.error?.code === 'GAVE_UP' && (task.providerTaskId ?? task.trackedId) !== null);
const outcomeNeverKnown = (task: VideoTask): boolean =>
  task.error?.code === 'SUBMISSION_UNKNOWN' && (task.providerTaskId ?? task.trackedId) === null;
const lacksProviderTask = (task: VideoTask): boolean => task.providerTaskId === null;
const hasProviderTask = (task: VideoTask): boolean => task.providerTaskId !== null;

/**
 * Which event leads from where to where; a pair that is not listed is refused.
 *
 * A late `accepted` is kept wherever the task has no provider's id yet, because it is proof of a bill. Terminal
 * statuses stay, but for a late success of a task that failed only because we stopped waiting.
 *
 * A late `postponed` does not reopen an unknown submission: its hint may have sent somebody to the provider
 * already, and events carry no attempt that would tell a proof about this one from a stale one.
 */
export const transitions: Record<Stage, Partial<Record<TaskEvent['kind'], Rule>>> = {
  WAITING: {
    attemptStarted: { to: 'SUBMITTING' },
    // By us, before anything was sent: an image that nobody can fetch.
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
    deleted: { to: 'COMPLETED' },
  },
  FAILED: {
    accepted: { to: 'FAILED', only: lacksProviderTask },
    acceptedElsewhere: { to: 'FAILED', only: hasProviderTask },
    adopted: { to: 'FAILED', only: outcomeNeverKnown },
    observed: { to: 'FAILED', only: mayRevive },
    succeeded: { to: 'COMPLETED', only: (task) => mayRevive(task) && hasProviderTask(task) },
    costTold: { to: 'FAILED' },
    deleted: { to: 'FAILED' },
  },
  CANCELED: {
    accepted: { to: 'CANCELED', only: lacksProviderTask },
    acceptedElsewhere: { to: 'CANCELED', only: hasProviderTask },
    observed: { to: 'CANCELED' },
    costTold: { to: 'CANCELED' },
    deleted: { to: 'CANCELED' },
  },
};

/** What an event does to a task: the fields to write, and what others get to see of it. */
export interface Move {
  readonly kind: 'moved';
  readonly patch: Partial<VideoTask>;
  /** Whether the task gets a new revision. */
  readonly announces: boolean;
  /** The row of the task's history, when its stage changed. */
  readonly transition: Transition | null;
}

/** The event is not for a task in this stage: somebody was first. */
export interface Refusal {
  readonly kind: 'refused';
  readonly stage: Stage;
  readonly event: TaskEvent['kind'];
}

/** The changes of these fields are told to subscribers; see "Revisions" in the schema's description. */
const announcedFields = [
  'stage',
  'providerTaskId',
  'trackedId',
  'providerStatus',
  'hint',
  'error',
  'video',
  'cost',
  'deletedAt',
  'percent',
] as const satisfies readonly (keyof VideoTask)[];

/** What is left to do; after some ends a late success may still complete the task, or tell what it cost. */
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
      return mayStillSucceed(task) ? 'check' : null;
    case 'CANCELED':
      return (task.providerTaskId ?? task.trackedId) !== null && task.cost?.settled !== true ? 'check' : null;
    default:
      return task.stage satisfies never;
  }
}

/** Events that change what is left to do without a change of stage. */
const redirecting: ReadonlySet<TaskEvent['kind']> = new Set(['accepted', 'adopted', 'costTold']);

/**
 * Applies an event to a task. Pure: the caller writes the patch in the transaction that read the task.
 *
 * @param now milliseconds since 1970
 */
export function apply(task: VideoTask, event: TaskEvent, now: number): Move | Refusal {
  const rule = transitions[task.stage][event.kind];
  if (rule === undefined || rule.only?.(task) === false || task.deletedAt !== null) {
    return { kind: 'refused', stage: task.stage, event: event.kind };
  }
  const patch: Partial<VideoTask> = { ...effects(task, event, rule.to, now), stage: rule.to };
  const moved = rule.to !== task.stage;
  const announces = announcedFields.some((field) => field in patch && !same(patch[field], task[field]));
  return {
    kind: 'moved',
    patch: {
      ...patch,
      ...((moved || redirecting.has(event.kind)) && { nextAction: nextActionOf({ ...task, ...patch }) }),
      ...(announces && { updatedAt: now }),
    },
    announces,
    transition:
      moved || event.kind === 'acceptedElsewhere'
        ? { taskId: task.id, stage: rule.to, at: now, reason: reasonOf(event) }
        : null,
  };
}

function effects(task: VideoTask, event: TaskEvent, to: Stage, now: number): Partial<VideoTask> {
  switch (event.kind) {
    case 'attemptStarted':
      return { submittedAt: now, hint: null };
    case 'accepted':
      return {
        providerTaskId: event.providerTaskId,
        ...(event.memo && { providerMemo: event.memo }),
        ...(to === 'GENERATING' && { hint: null }),
      };
    case 'adopted':
      return {
        providerTaskId: event.providerTaskId,
        trackedId: event.trackedId,
        ...(to === 'GENERATING' && { hint: null }),
      };
    case 'acceptedElsewhere':
      return { hint: event.hint };
    case 'refused':
    case 'patienceEnded':
    case 'gaveUp':
      return { error: event.error, completedAt: now, hint: null, ...costAfter(task, event.error) };
    case 'providerFailed':
      return {
        error: event.error,
        providerStatus: event.providerStatus,
        completedAt: now,
        hint: null,
        ...(event.cost === null ? costAfter(task, event.error) : { cost: event.cost }),
      };
    case 'postponed':
      return { submittedAt: null, hint: null };
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
      return { deletedAt: now, nextAction: null };
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

function reasonOf(event: TaskEvent): string | null {
  switch (event.kind) {
    case 'postponed':
    case 'outcomeUnknown':
    case 'adopted':
      return event.reason;
    case 'acceptedElsewhere':
      return event.hint;
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

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
