import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { MutationRate } from '../../src/commands/mutation-rate.ts';

it('never accepts more than the limit in any minute, and refuses no longer than it says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }),
      (limit, pauses) => {
        let now = 0;
        const rate = new MutationRate(
          () => limit,
          () => now,
        );
        const accepted: number[] = [];
        const again: unknown[] = [];
        for (const pause of pauses) {
          now += pause;
          const refused = rate.take('a' as Owner);
          if (refused === null) accepted.push(now);
          else {
            now += refused.waitSeconds * 1000;
            again.push(rate.take('a' as Owner));
            accepted.push(now);
          }
        }
        expect(again).toEqual(again.map(() => null));
        const most = Math.max(
          0,
          ...accepted.map((at) => accepted.filter((other) => other >= at && other < at + 59_000).length),
        );
        expect(most).toBeLessThanOrEqual(limit);
      },
    ),
  );
});
