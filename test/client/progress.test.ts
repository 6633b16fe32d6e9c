import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressNow } from '../../client/cli/progress.ts';

const progress = { elapsedSeconds: 10, queuePosition: null };

describe('the bar between two events', () => {
  it('grows with the remaining time, marked as an estimate', () => {
    const event = { ...progress, percent: 35, estimated: false, remainingSeconds: 60 };
    expect(progressNow({ progress: event }, 30)).toEqual({
      percent: 65,
      estimated: true,
      elapsedSeconds: 40,
      remainingSeconds: 30,
    });
  });

  it('does not move if the remaining time is unknown', () => {
    const event = { ...progress, percent: 40, estimated: false, remainingSeconds: null };
    expect(progressNow({ progress: event }, 5)).toEqual({
      percent: 40,
      estimated: false,
      elapsedSeconds: 15,
      remainingSeconds: null,
    });
  });

  it('never falls, and never reaches the end by itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99 }),
        fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })),
        (percent, remainingSeconds, times) => {
          const event = { ...progress, percent, estimated: true, remainingSeconds };
          const seen = times
            .toSorted((a, b) => a - b)
            .map((at) => progressNow({ progress: event }, at).percent);
          expect(seen).toEqual(seen.toSorted((a, b) => a - b));
          for (const value of seen) expect(value >= percent && value < 100).toBe(true);
        },
      ),
    );
  });
});
