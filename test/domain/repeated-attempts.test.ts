import { expect, it } from 'vitest';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { patched } from '../../src/domain/task-fields.ts';
import { apply, type TaskEvent } from '../../src/domain/state-machine/state-machine.ts';
import { postponed } from '../../src/worker/user-messages/hints.ts';
import { at, errorOf, events, now } from '../support/task-events.ts';

const later = (reason: string): TaskEvent => {
  const hint = postponed(reason, now);
  return { kind: 'postponed', reason: { ...hint, text: reason }, hint };
};
const away = later('It could not be reached');
const busy = later('It responded with 429');
const begins = events.attemptStarted;

/** The rows that a sequence of events adds to the history of a waiting task. */
function rowsAfter(...sequence: readonly TaskEvent[]): string[] {
  let task: VideoTask = at('WAITING', null);
  return sequence.flatMap((event) => {
    const change = apply(task, event, now);
    if (change === null) throw new Error(event.kind);
    task = patched(task, change.patch);
    return [change.stepBefore, change.transition].flatMap((row) =>
      row ? [row.reason === null ? row.stage : `${row.stage} (${row.reason})`] : [],
    );
  });
}

it('attempts that are postponed for the same reason are one entry, and the outcome of the last brings its beginning', () => {
  const first = ['SUBMITTING', 'WAITING (It could not be reached)'];
  expect(rowsAfter(begins, away, begins, away, begins, away)).toEqual(first);
  expect(rowsAfter(begins, away, begins, away, begins, events.accepted)).toEqual([
    ...first,
    'SUBMITTING',
    'GENERATING',
  ]);
  expect(rowsAfter(begins, away, begins, { kind: 'refused', error: errorOf('PROVIDER_REJECTED') })).toEqual([
    ...first,
    'SUBMITTING',
    expect.stringMatching(/^FAILED/),
  ]);
  expect(rowsAfter(begins, away, begins, events.canceled)).toEqual([...first, 'SUBMITTING', 'CANCELED']);
  expect(rowsAfter(begins, away, events.canceled)).toEqual([...first, 'CANCELED']);
});

it('another reason is an entry of its own', () => {
  expect(rowsAfter(begins, away, begins, busy, begins, busy)).toEqual([
    'SUBMITTING',
    'WAITING (It could not be reached)',
    'SUBMITTING',
    'WAITING (It responded with 429)',
  ]);
});
