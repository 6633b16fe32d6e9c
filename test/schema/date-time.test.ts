import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { toRfc3339 } from '../../src/schema/date-time.ts';

const written = (write: () => string): string => {
  try {
    return write();
  } catch (error) {
    return String(error);
  }
};

it('writes times as JavaScript does', () => {
  const year = 365 * 86_400_000;
  const time = fc.oneof(
    fc.integer({ min: -100 * year, max: 100 * year }),
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    // Neighbours of midnights, of days that follow each other and of days that do not.
    fc
      .tuple(fc.integer({ min: -5, max: 25_000 }), fc.integer({ min: -2, max: 2 }))
      .map(([day, beside]) => day * 86_400_000 + beside),
    fc.double({ min: 0, max: 4e12, noNaN: true }),
    fc.constantFrom(Number.NaN, Infinity, -Infinity),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 5 }), (times) => {
      expect(times.map((at) => written(() => toRfc3339(at)))).toEqual(
        times.map((at) => written(() => new Date(at).toISOString())),
      );
    }),
    { numRuns: 2000 },
  );
});
