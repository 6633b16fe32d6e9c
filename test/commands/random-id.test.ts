import { describe, expect, test } from 'vitest';
import { newTaskId } from '../../src/commands/random-id.ts';
import { fromGlobalId, toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { TaskId } from '../../src/domain/video-task.ts';

/** The order of an index, which compares bytes. */
const inBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

describe('ids of tasks', () => {
  test('are ids that clients can send, and none comes twice in one moment', () => {
    const ids = Array.from({ length: 10_000 }, () => newTaskId(1_796_000_000_000));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => fromGlobalId(toGlobalId(id as TaskId)) !== id)).toEqual([]);
    // All but the clock is chance.
    expect(new Set(ids.map((id) => id.slice(0, 3))).size).toBe(1);
    expect(new Set(ids.map((id) => id.slice(3, 8))).size).toBeGreaterThan(9900);
  });

  test('sort by their time, as bytes, until the clock starts again', () => {
    const cycleMs = 64 * 64 ** 3;
    const start = cycleMs * 100_000;
    const times = Array.from({ length: 5000 }, (_, index) => start + index * (cycleMs / 5000));
    const ids = times.map((time) => newTaskId(time));
    expect(ids.toSorted(inBytes)).toEqual(ids);
    expect(newTaskId(start + cycleMs).slice(0, 3)).toBe(ids[0]?.slice(0, 3));
  });
});
