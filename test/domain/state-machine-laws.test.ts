import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTerminal, taskErrorCodes, type VideoTask } from '../../src/domain/video-task.ts';
import { patched } from '../../src/domain/task-fields.ts';
import { apply, isNothingNew, type TaskEvent } from '../../src/domain/state-machine/state-machine.ts';
import {
  said,
  at,
  cost,
  errorOf,
  events,
  now,
  sentFields,
  video,
  type EventKind,
} from '../support/task-events.ts';

interface Step {
  readonly before: VideoTask;
  readonly event: TaskEvent;
  readonly after: VideoTask;
  readonly announces: boolean;
}

/** Applies the events one by one; the steps that were not refused. */
function live(task: VideoTask, sequence: readonly TaskEvent[]): readonly Step[] {
  const steps: Step[] = [];
  let before = task;
  for (const [index, event] of sequence.entries()) {
    const result = apply(before, event, now + index);
    if (result === null) continue;
    const after = patched(before, result.patch);
    steps.push({ before, event, after, announces: result.announces });
    before = after;
  }
  return steps;
}

describe('over any sequence of events', () => {
  const error = fc.constantFrom(...taskErrorCodes).map(errorOf);
  const word = fc.constantFrom('waiting', 'running', 'unknown');
  const memo = fc.constantFrom(null, { contract: 'jobs' });
  const hint = fc.constantFrom(null, said('Do this'));
  const id = fc.constantFrom('first', 'second', 'third');
  const percent = fc.option(fc.oneof(fc.integer({ min: -5, max: 120 }), fc.double()));
  const arbitraries: { readonly [Kind in EventKind]: fc.Arbitrary<Extract<TaskEvent, { kind: Kind }>> } = {
    attemptStarted: fc.constant(events.attemptStarted),
    accepted: fc.record({ kind: fc.constant('accepted'), providerTaskId: id, memo }),
    refused: fc.record({ kind: fc.constant('refused'), error }),
    postponed: fc.constant(events.postponed),
    outcomeUnknown: fc.constant(events.outcomeUnknown),
    adopted: fc.record({
      kind: fc.constant('adopted'),
      providerTaskId: fc.option(id),
      trackedId: id,
      reason: fc.constant(said('By hand')),
    }),
    observed: fc.record({
      kind: fc.constant('observed'),
      providerStatus: fc.option(word),
      percent,
      memo,
      hint,
    }),
    succeeded: fc.record({
      kind: fc.constant('succeeded'),
      providerStatus: fc.constant('success'),
      video: fc.constantFrom(null, video),
      memo,
      cost: fc.constantFrom(null, cost),
    }),
    providerFailed: fc.record({
      kind: fc.constant('providerFailed'),
      providerStatus: word,
      error,
      cost: fc.constantFrom(null, cost),
    }),
    acceptedElsewhere: fc.constant(events.acceptedElsewhere),
    idNamed: fc.constant(events.idNamed),
    stopAnswered: fc.constant(events.stopAnswered),
    patienceEnded: fc.record({ kind: fc.constant('patienceEnded'), error }),
    gaveUp: fc.record({ kind: fc.constant('gaveUp'), error }),
    canceled: fc.record({ kind: fc.constant('canceled'), hint }),
    costTold: fc.record({
      kind: fc.constant('costTold'),
      cost: fc.constantFrom(cost, { ...cost, settled: false }),
    }),
    posterStored: fc.constant(events.posterStored),
    videoRemoved: fc.constant(events.videoRemoved),
    deleted: fc.constant(events.deleted),
  };
  // Ends are rare, so that lives are long enough to go wrong.
  const rare = new Set<EventKind>(['refused', 'providerFailed', 'canceled', 'deleted']);
  const anyEvent = fc.oneof(
    ...Object.entries(arbitraries).map(([kind, arbitrary]) => ({
      arbitrary: arbitrary as fc.Arbitrary<TaskEvent>,
      weight: rare.has(kind as EventKind) ? 1 : 5,
    })),
  );
  const born = fc.constantFrom(at('WAITING', null), at('GENERATING', 'tracked'));

  const sequences = fc.array(anyEvent, { maxLength: 40, size: 'max' });
  const runs = { numRuns: 1500 };

  const laws: { readonly name: string; readonly holds: (step: Step) => boolean }[] = [
    {
      name: 'a terminal status stays, but for the late success of what we only stopped waiting for',
      holds: ({ before, event, after }) =>
        !isTerminal(before.stage) ||
        before.stage === after.stage ||
        (before.stage === 'FAILED' &&
          after.stage === 'COMPLETED' &&
          event.kind === 'succeeded' &&
          (before.result.error?.code === 'GAVE_UP' || before.result.error?.code === 'SUBMISSION_UNKNOWN')),
    },
    {
      name: 'an id of the provider is never lost or replaced',
      holds: ({ before, after }) =>
        before.provider.taskId === null || before.provider.taskId === after.provider.taskId,
    },
    {
      name: 'percent never falls and stays a whole number below 100',
      holds: ({ before, after }) =>
        after.provider.percent === null
          ? before.provider.percent === null
          : Number.isInteger(after.provider.percent) &&
            after.provider.percent >= (before.provider.percent ?? 0) &&
            after.provider.percent < 100,
    },
    {
      name: 'there is an error if and only if the task failed',
      holds: ({ after }) => (after.result.error !== null) === (after.stage === 'FAILED'),
    },
    {
      name: 'there is a video only when the task is completed',
      holds: ({ after }) => after.result.video === null || after.stage === 'COMPLETED',
    },
    {
      name: 'what the provider makes has an id, if only by name, and what it made has its own',
      holds: ({ after }) =>
        after.provider.taskId !== null ||
        (after.stage === 'GENERATING' ? after.provider.trackedId !== null : after.stage !== 'COMPLETED'),
    },
    {
      name: 'the time of the end is set if and only if the task has ended, and then nothing is sent any more',
      holds: ({ after }) =>
        (after.result.completedAt !== null) === isTerminal(after.stage) &&
        (isTerminal(after.stage) ? after.work.nextAction !== 'submit' : after.work.nextAction !== null),
    },
    {
      name: 'a step is announced if and only if others can see a difference',
      holds: ({ before, after, announces }) =>
        announces === (before.deletedAt === null && sentFields(before) !== sentFields(after)),
    },
    {
      name: 'nothing happens to a deleted task but what is about money, and only an ended one is deleted',
      holds: ({ before, event, after }) =>
        before.deletedAt === null
          ? after.deletedAt === null || isTerminal(after.stage)
          : before.stage === after.stage &&
            after.deletedAt === before.deletedAt &&
            (['accepted', 'acceptedElsewhere', 'adopted'].includes(event.kind) ||
              (before.stage === 'CANCELED' &&
                ['observed', 'stopAnswered', 'costTold', 'refused', 'postponed'].includes(event.kind))),
    },
    {
      name: 'a report says nothing new of a task that is being generated exactly where it changes nothing',
      holds: ({ before, event, after }) =>
        isNothingNew(before, event) ===
        (event.kind === 'observed' && before.stage === 'GENERATING' && isDeepStrictEqual(before, after)),
    },
  ];

  test.each(laws)('$name', ({ holds }) => {
    fc.assert(
      fc.property(born, sequences, (task, sequence) => {
        expect(live(task, sequence).filter((step) => !holds(step))).toEqual([]);
      }),
      runs,
    );
  });

  test('no attempt follows one that was accepted or refused or whose outcome is not known', () => {
    fc.assert(
      fc.property(born, sequences, (task, sequence) => {
        const happened = live(task, sequence).map(({ event }) => event.kind);
        const settled = happened.findIndex((kind) =>
          ['accepted', 'adopted', 'outcomeUnknown', 'refused'].includes(kind),
        );
        expect(settled === -1 ? [] : happened.slice(settled)).not.toContain('attemptStarted');
      }),
      runs,
    );
  });

  test('an attempt begins only after the one before was proven not sent', () => {
    fc.assert(
      fc.property(born, sequences, (task, sequence) => {
        const turns = live(task, sequence)
          .map(({ event }) => event.kind)
          .filter((kind) => kind === 'attemptStarted' || kind === 'postponed');
        expect(turns).toEqual(turns.map((_, turn) => (turn % 2 === 0 ? 'attemptStarted' : 'postponed')));
      }),
      runs,
    );
  });
});
