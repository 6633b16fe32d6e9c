import { expect, test } from 'vitest';
import { BatchedRead } from '../../src/store/reads/batched-read.ts';

/** Squares of even numbers; odd ones have none. */
function squares() {
  const queries: (readonly number[])[] = [];
  const read = new BatchedRead<number, number>((keys) => {
    queries.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => key % 2 === 0).map((key) => [key, key * key])));
  });
  return { read, queries };
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('keys that are asked for together are one query, each of them once', async () => {
  const { read, queries } = squares();
  const keys = [...upTo(200), ...upTo(200)];
  const values = await Promise.all(keys.map((key) => read.load(key)));
  expect(values).toEqual(keys.map((key) => (key % 2 === 0 ? key * key : undefined)));
  expect(queries.map((query) => new Set(query))).toEqual([new Set(upTo(200))]);
});

test('many keys are a few queries of few different lengths', async () => {
  const { read, queries } = squares();
  await Promise.all(upTo(1001).map((key) => read.load(key)));
  expect(queries.map(({ length }) => length)).toEqual([250, 250, 250, 250, 1]);
  const lengths = new Set<number>();
  for (const count of upTo(250)) {
    queries.length = 0;
    await Promise.all(upTo(count + 1).map((key) => read.load(key)));
    lengths.add(queries[0]?.length ?? 0);
  }
  expect(lengths.size).toBeLessThan(6);
});

test('what is asked for later is read again, and a failure reaches those who asked for it', async () => {
  let fails = true;
  const read = new BatchedRead<string, string>((keys) =>
    fails ? Promise.reject(new Error('disk')) : Promise.resolve(new Map(keys.map((key) => [key, key]))),
  );
  const outcomes = await Promise.allSettled([read.load('a'), read.load('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await read.load('a')).toBe('a');
});
