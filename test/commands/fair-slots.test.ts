import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { FairSlots } from '../../src/commands/fair-slots.ts';

/** Work whose end the test decides. */
function heldWork() {
  const started: { owner: Owner; index: number; end: () => void }[] = [];
  const work = (owner: Owner, index: number) => () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    started.push({ owner, index, end: () => resolve(index) });
    return promise;
  };
  return { started, work };
}

const a = 'a' as Owner;
const b = 'b' as Owner;

describe('slots that owners share', () => {
  it('let an owner start at once however many of another wait, and keep the order of each', async () => {
    const slots = new FairSlots(10);
    const { started, work } = heldWork();
    const ends = Array.from({ length: 50 }, (_, index) => slots.run(a, work(a, index)));
    expect(started.length).toBe(9);
    const others = [slots.run(b, work(b, 0)), slots.run(b, work(b, 1))];
    expect(started.map(({ owner }) => owner).slice(9)).toEqual([b]);
    // One slot stays for a third owner; the next is the second owner's too, who holds fewer.
    started[0]?.end();
    started[1]?.end();
    await new Promise(setImmediate);
    expect(started.map(({ owner }) => owner).slice(9)).toEqual([b, b]);
    for (let done = 2; done < 52; done += 1) {
      started[done]?.end();
      await new Promise(setImmediate);
    }
    expect(await Promise.all([...ends, ...others])).toEqual([...Array(50).keys(), 0, 1]);
    expect(started.filter(({ owner }) => owner === a).map(({ index }) => index)).toEqual([
      ...Array(50).keys(),
    ]);
  });

  it('are free when the work leaves early, once only', async () => {
    const slots = new FairSlots(1);
    const { started, work } = heldWork();
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = slots.run(a, (leave) => {
      leave();
      leave();
      return promise;
    });
    const others = [slots.run(a, work(a, 1)), slots.run(a, work(a, 2))];
    expect(started.map(({ index }) => index)).toEqual([1]);
    resolve();
    await first;
    expect(started.map(({ index }) => index)).toEqual([1]);
    started[0]?.end();
    await others[0];
    started[1]?.end();
    expect(await Promise.all(others)).toEqual([1, 2]);
  });

  it('are never more than there are, end with failures too, and leave nothing waiting', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ owner: fc.constantFrom(a, b, 'c' as Owner), fails: fc.boolean() }), {
          maxLength: 40,
        }),
        async (limit, pieces) => {
          const slots = new FairSlots(limit);
          let running = 0;
          let most = 0;
          const results = await Promise.allSettled(
            pieces.map(({ owner, fails }) =>
              slots.run(owner, async () => {
                running += 1;
                most = Math.max(most, running);
                await new Promise(setImmediate);
                running -= 1;
                if (fails) throw new Error('as arranged');
              }),
            ),
          );
          expect(most).toBeLessThanOrEqual(limit);
          expect(results.map(({ status }) => status === 'rejected')).toEqual(
            pieces.map(({ fails }) => fails),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
