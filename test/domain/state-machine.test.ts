import type { Message } from '../../src/domain/messages.ts';
import { describe, expect, test } from 'vitest';
import { isTerminal, stages, statusOf, type Stage, type VideoTask } from '../../src/domain/video-task.ts';
import { patched, type TaskPatch } from '../../src/domain/task-fields.ts';
import type { Change } from '../../src/domain/state-machine/change.ts';
import { apply, type TaskEvent } from '../../src/domain/state-machine/state-machine.ts';
import { sampleTime } from '../support/sample-task.ts';
import {
  said,
  at,
  cost,
  errorOf,
  events,
  kinds,
  now,
  sentFields,
  video,
  type EventKind,
} from '../support/task-events.ts';

/** Every stage; a stage more than once where its rules look at the task. */
const situations: Record<string, { readonly is: string; readonly task: VideoTask }> = {
  W: { is: 'waiting', task: at('WAITING', null) },
  S: { is: 'submitting', task: at('SUBMITTING', null) },
  U: { is: 'of unknown submission', task: at('SUBMISSION_UNKNOWN', null) },
  G: { is: 'generating', task: at('GENERATING', 'theirs-before') },
  C: { is: 'completed', task: at('COMPLETED', 'theirs-before') },
  Cp: {
    is: 'completed, with a poster of the provider',
    task: patched(at('COMPLETED', 'theirs-before'), {
      result: { video: { ...video, poster: { mediaKey: 'p.jpg', origin: 'PROVIDER', bytes: 5 } } },
    }),
  },
  Cr: {
    is: 'completed, its video removed by the retention',
    task: patched(at('COMPLETED', 'theirs-before'), {
      result: { video: { ...video, removedAt: sampleTime } },
    }),
  },
  F: { is: 'failed at the provider', task: at('FAILED', 'theirs-before', 'PROVIDER_FAILED') },
  Fr: { is: 'refused', task: at('FAILED', null, 'PROVIDER_REJECTED') },
  Fg: { is: 'given up on', task: at('FAILED', 'theirs-before', 'GAVE_UP') },
  Fw: { is: 'given up on before any attempt', task: at('FAILED', null, 'GAVE_UP') },
  Fu: { is: 'failed as unknown submission', task: at('FAILED', null, 'SUBMISSION_UNKNOWN') },
  Fa: { is: 'failed as unknown, id found', task: at('FAILED', 'theirs-before', 'SUBMISSION_UNKNOWN') },
  X: { is: 'canceled', task: at('CANCELED', 'theirs-before') },
  Xn: { is: 'canceled before an id came', task: at('CANCELED', null) },
  Xs: {
    is: 'canceled while it was being sent',
    task: patched(at('CANCELED', null), { provider: { submittedAt: sampleTime } }),
  },
  Xsd: {
    is: 'canceled while it was being sent, and deleted',
    task: patched(at('CANCELED', null), { provider: { submittedAt: sampleTime }, deletedAt: sampleTime }),
  },
  Xd: {
    is: 'canceled and deleted before its cost was reported',
    task: { ...at('CANCELED', 'theirs-before'), deletedAt: sampleTime },
  },
  D: {
    is: 'deleted',
    task: { ...at('FAILED', 'theirs-before', 'GAVE_UP'), deletedAt: sampleTime },
  },
};

/** The stage that an event leads to, by its situation's first letter; a dot: refused. */
const matrix = `
                   W  S  U  G  C  Cp  Cr  F  Fr  Fg  Fw  Fu  Fa  X  Xn  Xs  Xsd  Xd  D
  attemptStarted    S  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  accepted          .  G  G  .  .  .  .  .  F  .  F  F  .  .  X  X  X  .  .
  acceptedElsewhere .  .  .  G  C  C  C  F  .  F  .  .  F  X  .  .  .  X  F
  refused           F  F  F  .  .  .  .  .  .  .  .  .  .  .  .  X  X  .  .
  postponed         .  W  .  .  .  .  .  .  .  .  .  .  .  .  .  X  X  .  .
  outcomeUnknown    .  U  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  idNamed           .  .  U  .  .  .  .  .  .  .  .  F  .  .  .  X  .  .  .
  adopted           .  .  G  .  .  .  .  .  .  .  .  F  .  .  .  X  X  .  .
  observed          W  .  U  G  .  .  .  .  .  F  F  F  F  X  X  X  .  X  .
  succeeded         .  .  .  C  .  .  .  .  .  C  .  .  C  .  .  .  .  .  .
  providerFailed    .  .  .  F  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  patienceEnded     F  .  F  F  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  gaveUp            .  .  F  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  stopAnswered      .  .  .  .  .  .  .  .  .  .  .  .  .  X  .  .  .  X  .
  canceled          X  X  X  X  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
  costTold          .  .  .  G  C  C  C  F  F  F  F  F  F  X  X  X  .  X  .
  posterStored     .  .  .  .  C  .  .  .  .  .  .  .  .  .  .  .  .   .  .
  videoRemoved     .  .  .  .  C  C  .  .  .  .  .  .  .  .  .  .  .   .  .
  deleted           .  .  .  .  C  C  C  F  F  F  F  F  F  X  X  X  .  .  .
`;

const [header = [], ...rows] = matrix
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const pairs = rows.flatMap(([kind, ...cells]) =>
  cells.map((cell, column) => {
    const situation = situations[header[column] ?? ''];
    const to = cell === '.' ? null : situations[cell]?.task.stage;
    if (situation === undefined || to === undefined)
      throw new Error(`The matrix cannot say ${cell} in ${kind}`);
    return { kind: kind as EventKind, to, ...situation };
  }),
);
const listed = pairs.flatMap(({ to, ...pair }) => (to === null ? [] : [{ ...pair, to }]));
const unlisted = pairs.filter(({ to }) => to === null);

describe('each event in each situation', () => {
  test('the matrix names every stage, every situation and every event once', () => {
    expect(rows.map(([kind]) => kind)).toEqual(kinds);
    expect(header).toEqual(Object.keys(situations));
    expect(new Set(Object.values(situations).map(({ task }) => task.stage))).toEqual(new Set(stages));
    expect(pairs).toHaveLength(kinds.length * header.length);
  });

  test.each(listed)('$kind leads a task that is $is to $to', ({ kind, to, task }) => {
    const { patch, announces, transition } = moved(apply(task, events[kind], now));
    const after = patched(task, patch);
    const changesStage = to !== task.stage;
    expect({
      stage: after.stage,
      announces,
      transition,
      updatedAt: after.updatedAt,
      nextAction: after.work.nextAction,
      hasEnded: after.result.completedAt !== null,
    }).toEqual({
      stage: to,
      // Nothing more is sent about a deleted task.
      announces: task.deletedAt === null && sentFields(after) !== sentFields(task),
      transition:
        changesStage || ['acceptedElsewhere', 'idNamed', 'stopAnswered', 'videoRemoved'].includes(kind)
          ? {
              taskId: task.id,
              stage: to,
              at: now,
              reason: reasons[kind] ?? null,
              reasonMessages: reasonMessages[kind] ?? null,
            }
          : null,
      updatedAt: announces ? now : task.updatedAt,
      nextAction: changesStage || redirecting.includes(kind) ? leftToDo(after) : task.work.nextAction,
      hasEnded: isTerminal(to),
    });
  });

  test.each(unlisted)('$kind is refused by a task that is $is', ({ kind, task }) => {
    expect(apply(task, events[kind], now)).toBeNull();
  });
});

const reasons: Partial<Record<EventKind, string>> = {
  postponed: 'Busy',
  outcomeUnknown: 'Timed out',
  adopted: 'Named by hand',
  acceptedElsewhere: 'Kie.ai took it twice',
  stopAnswered: 'Kie.ai has stopped it',
  videoRemoved: 'Its retention ended',
  idNamed: 'The provider named maybe for it, without proof.',
  refused: 'PROVIDER_REJECTED: what to do',
  providerFailed: 'PROVIDER_FAILED: what to do',
  patienceEnded: 'GAVE_UP: what to do',
  gaveUp: 'SUBMISSION_UNKNOWN: what to do',
};

const reasonMessages: Partial<Record<EventKind, readonly Message[]>> = {
  ...Object.fromEntries(
    (
      ['postponed', 'outcomeUnknown', 'adopted', 'acceptedElsewhere', 'stopAnswered', 'videoRemoved'] as const
    ).map((kind) => [kind, said(reasons[kind] ?? '').messages]),
  ),
  idNamed: said('It may be maybe').messages,
  // These errors have no content.
  refused: [],
  providerFailed: [],
  patienceEnded: [],
  gaveUp: [],
};

const redirecting: readonly EventKind[] = ['accepted', 'adopted', 'costTold', 'deleted'];

/** The work that is left: after an end too, where a late success or a cost may still be reported. */
function leftToDo(task: VideoTask): VideoTask['work']['nextAction'] {
  const owesCost = task.stage === 'CANCELED' && task.provider.taskId !== null && task.cost?.settled !== true;
  // A deletion ends everything but the look for what was spent.
  if (task.deletedAt !== null) return owesCost ? 'check' : null;
  if (!isTerminal(task.stage)) return statusOf(task.stage) === 'QUEUED' ? 'submit' : 'check';
  const isOpen =
    task.result.error?.code === 'SUBMISSION_UNKNOWN' ||
    (task.result.error?.code === 'GAVE_UP' && task.provider.taskId !== null) ||
    owesCost;
  return isOpen ? 'check' : null;
}

function moved(change: Change | null): Change {
  if (change === null) throw new Error('The event was refused');
  return change;
}

/** A task with a hint. */
const hinted = (stage: Stage, overrides: TaskPatch = {}) =>
  patched(at(stage, stage === 'GENERATING' ? 'theirs' : null), { hint: 'Old hint', ...overrides });

const estimate = { amount: 0.15, credits: 30, settled: false };

describe('what an event writes', () => {
  const rowsOfWrites: {
    readonly name: string;
    readonly task: VideoTask;
    readonly event: TaskEvent;
    readonly patch: TaskPatch;
  }[] = [
    {
      name: 'an attempt: when it began',
      task: hinted('WAITING'),
      event: events.attemptStarted,
      patch: {
        stage: 'SUBMITTING',
        provider: { submittedAt: now },
        hint: null,
        hintMessages: null,
        work: { nextAction: 'submit' },
        updatedAt: now,
      },
    },
    {
      name: 'an acceptance: the id and the memo',
      task: hinted('SUBMITTING'),
      event: events.accepted,
      patch: {
        stage: 'GENERATING',
        provider: { taskId: 'theirs', memo: { contract: 'jobs' } },
        hint: null,
        hintMessages: null,
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'a late acceptance of a canceled task: the id, and the hint stays',
      task: hinted('CANCELED'),
      event: { ...events.accepted, memo: null },
      patch: {
        stage: 'CANCELED',
        provider: { taskId: 'theirs' },
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'a postponement: as if it had not begun',
      task: hinted('SUBMITTING', { provider: { submittedAt: 1 } }),
      event: events.postponed,
      patch: {
        stage: 'WAITING',
        provider: { submittedAt: null },
        hint: 'It is sent again',
        hintMessages: said('It is sent again').messages,
        work: { nextAction: 'submit' },
        updatedAt: now,
      },
    },
    {
      name: 'an unknown outcome: what a person can do',
      task: hinted('SUBMITTING'),
      event: events.outcomeUnknown,
      patch: {
        stage: 'SUBMISSION_UNKNOWN',
        hint: 'Look at the log',
        hintMessages: said('Look at the log').messages,
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'a failure: its error, and no hint',
      task: hinted('GENERATING'),
      event: events.providerFailed,
      patch: {
        stage: 'FAILED',
        result: { error: errorOf('PROVIDER_FAILED'), completedAt: now },
        provider: { status: 'fail' },
        hint: null,
        hintMessages: null,
        work: { nextAction: null },
        updatedAt: now,
      },
    },
    {
      name: 'a late success: the video, and no error',
      task: at('FAILED', 'theirs', 'GAVE_UP'),
      event: { ...events.succeeded, memo: { contract: 'veo' } },
      patch: {
        stage: 'COMPLETED',
        provider: { status: 'success', memo: { contract: 'veo' } },
        result: { video, error: null, completedAt: now },
        hint: null,
        hintMessages: null,
        work: { nextAction: null },
        updatedAt: now,
      },
    },
    {
      name: 'a cancellation: its hint',
      task: hinted('GENERATING'),
      event: events.canceled,
      patch: {
        stage: 'CANCELED',
        hint: 'It will be billed',
        hintMessages: said('It will be billed').messages,
        result: { completedAt: now },
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'a cancellation before the attempt: nothing is spent',
      task: { ...at('WAITING', null), cost: { amount: 0.15, credits: 30, settled: false } },
      event: { kind: 'canceled', hint: null },
      patch: {
        stage: 'CANCELED',
        hint: null,
        hintMessages: null,
        result: { completedAt: now },
        cost: { amount: 0, credits: 0, settled: true },
        work: { nextAction: null },
        updatedAt: now,
      },
    },
    {
      name: 'a refusal: nothing is spent',
      task: { ...at('SUBMITTING', null), cost: { amount: 0.15, credits: null, settled: false } },
      event: { kind: 'refused', error: { ...errorOf('PROVIDER_REJECTED'), billed: 'NO' } },
      patch: {
        stage: 'FAILED',
        result: { error: { ...errorOf('PROVIDER_REJECTED'), billed: 'NO' }, completedAt: now },
        hint: null,
        hintMessages: null,
        cost: { amount: 0, credits: null, settled: true },
        work: { nextAction: null },
        updatedAt: now,
      },
    },
    {
      name: 'a success: its cost as reported',
      task: at('GENERATING', 'theirs'),
      event: { ...events.succeeded, cost },
      patch: {
        stage: 'COMPLETED',
        provider: { status: 'success' },
        result: { video, error: null, completedAt: now },
        hint: null,
        hintMessages: null,
        cost,
        work: { nextAction: null },
        updatedAt: now,
      },
    },
    {
      name: 'a late refusal of a canceled task: nothing is spent, and the hint is over',
      task: hinted('CANCELED', { provider: { submittedAt: 1 }, cost: estimate }),
      event: { kind: 'refused', error: { ...errorOf('INSUFFICIENT_CREDITS'), billed: 'NO' } },
      patch: {
        stage: 'CANCELED',
        hint: null,
        hintMessages: null,
        cost: { amount: 0, credits: 0, settled: true },
        updatedAt: now,
      },
    },
    {
      name: 'a late "not now" to a canceled task: nothing was sent',
      task: hinted('CANCELED', { provider: { submittedAt: 1 }, cost: estimate }),
      event: events.postponed,
      patch: {
        stage: 'CANCELED',
        provider: { submittedAt: null },
        hint: null,
        hintMessages: null,
        cost: { amount: 0, credits: 0, settled: true },
        updatedAt: now,
      },
    },
    {
      name: 'the end of patience with an unknown submission: the hint where to look stays',
      task: hinted('SUBMISSION_UNKNOWN'),
      event: { kind: 'patienceEnded', error: errorOf('SUBMISSION_UNKNOWN') },
      patch: {
        stage: 'FAILED',
        result: { error: errorOf('SUBMISSION_UNKNOWN'), completedAt: now },
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'an id that is found after that: the hint is over',
      task: { ...at('FAILED', null, 'SUBMISSION_UNKNOWN'), hint: 'Old hint' },
      event: events.adopted,
      patch: {
        stage: 'FAILED',
        provider: { taskId: 'found', trackedId: 'found' },
        hint: null,
        hintMessages: null,
        work: { nextAction: 'check' },
        updatedAt: now,
      },
    },
    {
      name: 'a deletion: when',
      task: hinted('CANCELED'),
      event: events.deleted,
      patch: { stage: 'CANCELED', deletedAt: now, work: { nextAction: null }, updatedAt: now },
    },
    {
      name: 'a deletion before the cost was reported: checks for it continue',
      task: hinted('CANCELED', { provider: { taskId: 'theirs' }, cost: estimate }),
      event: events.deleted,
      patch: { stage: 'CANCELED', deletedAt: now, work: { nextAction: 'check' }, updatedAt: now },
    },
    {
      name: 'a deletion of what may still succeed: it is not looked at any more',
      task: at('FAILED', 'theirs', 'GAVE_UP'),
      event: events.deleted,
      patch: { stage: 'FAILED', deletedAt: now, work: { nextAction: null }, updatedAt: now },
    },
    {
      name: 'the cost of a deleted task: for the ledger alone',
      task: hinted('CANCELED', { provider: { taskId: 'theirs' }, cost: estimate, deletedAt: 1 }),
      event: events.costTold,
      patch: { stage: 'CANCELED', cost, work: { nextAction: null } },
    },
  ];

  test.each(rowsOfWrites)('$name', ({ task, event, patch }) => {
    expect(moved(apply(task, event, now)).patch).toEqual(patch);
  });
});

test('a second acceptance is a bill beside the task’s own', () => {
  const { secondBill } = moved(apply(at('GENERATING', 'theirs'), events.acceptedElsewhere, now));
  expect(secondBill).toEqual({
    providerTaskId: 'second',
    cost: { amount: 0.15, credits: 30, settled: false },
  });
});

describe('announcements to subscribers', () => {
  const task = {
    ...at('GENERATING', 'theirs'),
    provider: { ...at('GENERATING', 'theirs').provider, status: 'running', percent: 40 },
    cost,
    hint: 'Wait',
  };
  const rowsOfTelling: { readonly name: string; readonly event: TaskEvent; readonly announces: boolean }[] = [
    { name: 'a check that saw nothing new is not', event: events.observed, announces: false },
    {
      name: 'a check that reported neither status nor percent is not',
      event: { ...events.observed, providerStatus: null, percent: null },
      announces: false,
    },
    {
      name: 'a memo is not',
      event: { ...events.observed, memo: { contract: 'veo' } },
      announces: false,
    },
    { name: 'a percent that fell is not', event: { ...events.observed, percent: 39 }, announces: false },
    {
      name: 'a percent within the same whole one is not',
      event: { ...events.observed, percent: 40.9 },
      announces: false,
    },
    { name: 'a percent that rose is', event: { ...events.observed, percent: 41 }, announces: true },
    {
      name: 'another word of the provider is',
      event: { ...events.observed, providerStatus: 'unknown' },
      announces: true,
    },
    { name: 'a hint that is over is', event: { ...events.observed, hint: null }, announces: true },
    {
      name: 'the same cost again is not',
      event: { ...events.costTold, cost: { ...cost } },
      announces: false,
    },
    {
      name: 'another cost is',
      event: { ...events.costTold, cost: { ...cost, amount: 0.31 } },
      announces: true,
    },
  ];

  test.each(rowsOfTelling)('$name', ({ event, announces }) => {
    const move = moved(apply(task, event, now));
    expect({ announces: move.announces, updatedAt: move.patch.updatedAt }).toEqual({
      announces,
      updatedAt: announces ? now : undefined,
    });
  });
});
