import {
  isTerminal,
  statusOf,
  type Stage,
  type TaskError,
  type TaskErrorCode,
  type Video,
  type VideoTask,
} from '../../src/domain/video-task.ts';
import { worded, type Wording } from '../../src/domain/messages.ts';
import type { TaskEvent } from '../../src/domain/state-machine/state-machine.ts';
import { sampleStoredTask, sampleTime } from './sample-task.ts';

/** A text with a message of its own. */
export const said = (text: string): Wording => worded('POSTPONED', { reason: text, notBefore: 5 }, text);

/** The kinds of events. */
export type EventKind = TaskEvent['kind'];

/** When events happen. */
export const now = sampleTime + 60_000;
export const errorOf = (code: TaskErrorCode): TaskError => ({
  code,
  message: `${code}: what to do`,
  providerCode: null,
  retryable: false,
  billed: 'UNKNOWN',
});
export const video: Video = {
  sourceUrl: 'https://cdn.example/v.mp4',
  mediaKey: 'key',
  contentType: 'video/mp4',
  bytes: null,
  sha256: null,
  width: null,
  height: null,
  durationSeconds: null,
  archivedAt: null,
};
export const cost = { amount: 0.3, credits: 60, settled: true };

/** One event of each kind, each of which changes something that others see. */
export const events: { readonly [Kind in EventKind]: Extract<TaskEvent, { kind: Kind }> } = {
  attemptStarted: { kind: 'attemptStarted' },
  accepted: { kind: 'accepted', providerTaskId: 'theirs', memo: { contract: 'jobs' } },
  acceptedElsewhere: {
    kind: 'acceptedElsewhere',
    providerTaskId: 'second',
    hint: said('Kie.ai took it twice'),
    cost: { amount: 0.15, credits: 30, settled: false },
  },
  refused: { kind: 'refused', error: errorOf('PROVIDER_REJECTED') },
  postponed: { kind: 'postponed', reason: said('Busy'), hint: said('It is sent again') },
  outcomeUnknown: { kind: 'outcomeUnknown', reason: said('Timed out'), hint: said('Look at the log') },
  idNamed: { kind: 'idNamed', providerTaskId: 'maybe', hint: said('It may be maybe') },
  adopted: { kind: 'adopted', providerTaskId: 'found', trackedId: 'found', reason: said('Named by hand') },
  observed: { kind: 'observed', providerStatus: 'running', percent: 40, memo: null, hint: said('Wait') },
  succeeded: { kind: 'succeeded', providerStatus: 'success', video, memo: null, cost: null },
  providerFailed: {
    kind: 'providerFailed',
    providerStatus: 'fail',
    error: errorOf('PROVIDER_FAILED'),
    cost: null,
  },
  patienceEnded: { kind: 'patienceEnded', error: errorOf('GAVE_UP') },
  gaveUp: { kind: 'gaveUp', error: errorOf('SUBMISSION_UNKNOWN') },
  stopAnswered: { kind: 'stopAnswered', hint: said('Kie.ai has stopped it') },
  canceled: { kind: 'canceled', hint: said('It will be billed') },
  costTold: { kind: 'costTold', cost },
  posterStored: { kind: 'posterStored', poster: { mediaKey: 'frame.jpg', origin: 'FRAME', bytes: 5 } },
  videoRemoved: { kind: 'videoRemoved', hint: said('Its retention ended') },
  deleted: { kind: 'deleted' },
};
export const kinds = Object.keys(events) as EventKind[];

/** A task in a stage, as it may come to be there. */
export const at = (stage: Stage, providerTaskId: string | null, error: TaskErrorCode | null = null) =>
  sampleStoredTask({
    stage,
    providerTaskId,
    ...(error && { error: errorOf(error) }),
    ...(isTerminal(stage) && { completedAt: sampleTime }),
    ...(stage === 'COMPLETED' && { video }),
  });

/** The fields that a subscriber is sent (design: "Revisions"). */
export const sentFields = (task: VideoTask) =>
  JSON.stringify([
    statusOf(task.stage),
    task.stage,
    task.provider.taskId,
    task.provider.trackedId,
    task.provider.status,
    task.hint,
    task.result.error,
    task.result.video,
    task.cost,
    task.deletedAt,
    task.provider.percent,
  ]);
