import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressNow } from '../../client/cli/progress.ts';

const progress = { elapsedSeconds: 10, queuePosition: null };

describe('the bar between two messages', () => {
  it('grows by the remaining time, and says that it is an estimate', () => {
    const told = { ...progress, percent: 35, estimated: false, remainingSeconds: 60 };
    expect(progressNow({ progress: told }, 30)).toEqual({
      percent: 65,
      estimated: true,
      elapsedSeconds: 40,
      remainingSeconds: 30,
    });
  });

  it('stays as it is where no time is known', () => {
    const told = { ...progress, percent: 40, estimated: false, remainingSeconds: null };
    expect(progressNow({ progress: told }, 5)).toEqual({
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
          const told = { ...progress, percent, estimated: true, remainingSeconds };
          const seen = times
            .toSorted((a, b) => a - b)
            .map((at) => progressNow({ progress: told }, at).percent);
          expect(seen).toEqual(seen.toSorted((a, b) => a - b));
          for (const value of seen) expect(value >= percent && value < 100).toBe(true);
        },
      ),
    );
  });
});
