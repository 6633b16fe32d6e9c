import { describe, expect, it } from 'vitest';
import { progressAt } from '../../client/studio/live/progress.ts';
import { progressOf } from '../../src/domain/progress.ts';
import { sampleStoredTask, sampleTime } from '../support/sample-task.ts';
import { shownTask } from './sample.ts';

describe('progress between two events', () => {
  it('follows the curve of the server, whenever the event arrives', () => {
    const typicalSeconds = 60;
    const stored = sampleStoredTask({ stage: 'GENERATING', providerTaskId: 'p1', submittedAt: sampleTime });
    for (const eventSeconds of [0, 5, 20, 70]) {
      const reported = progressOf(stored, sampleTime + eventSeconds * 1000, typicalSeconds);
      const task = shownTask({ progress: { ...reported, queuePosition: null } });
      for (const laterSeconds of [0, 1, 10, 40, 300]) {
        const shown = progressAt({ task, seenAt: 0, leastPercent: 0 }, laterSeconds * 1000, typicalSeconds);
        const server = progressOf(stored, sampleTime + (eventSeconds + laterSeconds) * 1000, typicalSeconds);
        // The event has whole percents, so the curve continues from at most one less.
        expect(Math.abs(shown.percent - server.percent)).toBeLessThanOrEqual(1);
        expect(shown.elapsedSeconds).toBeCloseTo(server.elapsedSeconds);
      }
    }
  });

  it('never falls below what was on the screen, and never reaches the end by itself', () => {
    const task = shownTask({
      progress: {
        percent: 30,
        estimated: false,
        elapsedSeconds: 9,
        remainingSeconds: 50,
        queuePosition: null,
      },
    });
    expect(progressAt({ task, seenAt: 0, leastPercent: 44 }, 0, 60)).toEqual({
      percent: 44,
      estimated: true,
      elapsedSeconds: 9,
      remainingSeconds: 50,
      isOverdue: false,
    });
    expect(progressAt({ task, seenAt: 0, leastPercent: 0 }, 3_600_000, 60).percent).toBe(95);
    expect(progressAt({ task, seenAt: 0, leastPercent: 0 }, 3_600_000, 60).remainingSeconds).toBeNull();
  });

  it('is overdue after much more than the typical time since the submit, waiting in the queue apart', () => {
    const task = shownTask({
      createdAt: '2026-01-01T00:00:00.000Z',
      submittedAt: '2026-01-01T00:10:00.000Z',
      progress: {
        percent: 0,
        estimated: true,
        elapsedSeconds: 600,
        remainingSeconds: 60,
        queuePosition: null,
      },
    });
    const isOverdue = (seconds: number, typicalSeconds: number | null) =>
      progressAt({ task, seenAt: 0, leastPercent: 0 }, seconds * 1000, typicalSeconds).isOverdue;
    expect([isOverdue(89, 60), isOverdue(91, 60)]).toEqual([false, true]);
    // A simulator is done in a second, and a hiccup is no delay.
    expect([isOverdue(29, 1), isOverdue(31, 1)]).toEqual([false, true]);
    expect(isOverdue(3600, null)).toBe(false);
  });

  it('does not move if the typical time is unknown, or before the task is sent', () => {
    const unknown = shownTask();
    expect(progressAt({ task: unknown, seenAt: 0, leastPercent: 0 }, 60_000, null).percent).toBe(0);
    const waiting = shownTask({ stage: 'WAITING', status: 'QUEUED' });
    expect(progressAt({ task: waiting, seenAt: 0, leastPercent: 0 }, 60_000, 60).percent).toBe(0);
  });
});
