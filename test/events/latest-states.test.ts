import { array, assert, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskId, VideoTask } from '../../src/domain/video-task.ts';
import { LatestStates } from '../../src/events/latest-states.ts';
import { sampleTask } from '../support/sample-task.ts';

/** A state of one of the tasks; only id and revision matter here. */
const state = (task: number, revision: number): VideoTask => ({
  ...(sampleTask({ id: `task ${task}` as TaskId }) as VideoTask),
  revision,
});

const seen = ({ id, revision }: VideoTask) => `${id} at ${revision}`;

function drain(states: LatestStates): VideoTask[] {
  const drained: VideoTask[] = [];
  for (let next = states.shift(); next !== undefined; next = states.shift()) drained.push(next);
  return drained;
}

describe('states that wait', () => {
  it('come out one by one in the order of their revisions', () => {
    const states = new LatestStates();
    expect([1, 2, 1].map((task, index) => states.push(state(task, index + 1)))).toEqual(
      Array.from({ length: 3 }, () => 'queued'),
    );
    expect(drain(states).map(seen)).toEqual(['task 1 at 1', 'task 2 at 2', 'task 1 at 3']);
  });

  it('are coalesced when there are many: the newest of each task remains, at its own position', () => {
    const states = new LatestStates();
    const results = Array.from({ length: 201 }, (_, index) => states.push(state(index % 2, index + 1)));
    expect([results.at(-2), results.at(-1)]).toEqual(['queued', 'coalesced']);
    expect(drain(states).map(seen)).toEqual(['task 1 at 200', 'task 0 at 201']);
  });

  it('keep the newest state of every task and stay within their bound, whatever comes', () => {
    assert(
      property(array(nat({ max: 300 }), { maxLength: 2000 }), (tasks) => {
        const states = new LatestStates();
        const newest = new Map<string, number>();
        for (const [index, task] of tasks.entries()) {
          states.push(state(task, index + 1));
          newest.set(`task ${task}`, index + 1);
          expect(states.size).toBeLessThanOrEqual(Math.max(200, 2 * newest.size));
        }
        const drained = drain(states);
        const revisions = drained.map(({ revision }) => revision);
        expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
        expect(new Map(drained.map(({ id, revision }) => [String(id), revision]))).toEqual(newest);
      }),
      { numRuns: 20 },
    );
  });
});
