import { expect, it } from 'vitest';
import { LoopTurns } from '../../src/time/loop-turns.ts';

it('work begins in order, a few pieces in each iteration of the event loop', async () => {
  const turns = new LoopTurns(3);
  const begun: number[] = [];
  const ask = async (index: number) => {
    const turn = turns.next();
    if (turn !== null) await turn;
    begun.push(index);
  };
  const all = Array.from({ length: 10 }, (_, index) => ask(index));
  const seen = [begun.length];
  while (seen.at(-1) !== 10) {
    await new Promise(setImmediate);
    seen.push(begun.length);
  }
  await Promise.all(all);
  expect(begun).toEqual([...Array(10).keys()]);
  expect(seen.slice(1).every((count, at) => count - (seen[at] ?? 0) <= 3)).toBe(true);
  // Who asks alone never waits.
  await new Promise(setImmediate);
  expect(turns.next()).toBeNull();
});
