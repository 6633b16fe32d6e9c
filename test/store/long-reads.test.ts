import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { TaskFilter } from '../../src/store/task-list.ts';
import type { Store } from '../../src/store/store.ts';
import { local, sampleTime } from '../support/sample-task.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { turnsDuring } from '../support/turns-during.ts';

const rows = 30_000;
const stack = new AsyncDisposableStack();
let store: Store;

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  const prompt = `Ein Ring ${'dreht sich auf schwarzem Samt, КОЛЬЦО '.repeat(20)}`;
  seedTasks(file, rows, (index) => ({
    prompt,
    stage: index === 0 ? 'FAILED' : 'COMPLETED',
    label: index === 5 ? 'редкая' : null,
    nextAction: null,
    dueAt: null,
  }));
  store = stack.use(await openSqliteStore(file));
});
afterAll(() => stack.disposeAsync());

const list = (filter: TaskFilter) => ({ owner: local, filter, from: 'newest' as const, limit: 50 });

describe('reads that pass over many rows', () => {
  // A slice takes some 2 ms: others wait for a few of these, never for all.
  test.each<[string, TaskFilter, number]>([
    ['nothing', { search: 'gibt es nicht' }, 0],
    ['one of the oldest tasks', { search: 'РЕДКАЯ' }, 1],
  ])('a search that finds %s lets others work while it runs', async (_name, filter, count) => {
    const page = await turnsDuring(() => store.page(list(filter)));
    expect(page.value).toMatchObject({ tasks: [], hasNextPage: true, reached: expect.any(Number) as number });
    expect(page.turns).toBeGreaterThan(5);
    const next = await store.page({ ...list(filter), after: page.value.reached ?? 0 });
    expect(next).toMatchObject({ hasNextPage: false, reached: null });
    expect(next.tasks).toHaveLength(count);
  });

  test.each<[string, TaskFilter, (count: number) => boolean]>([
    ['nothing', { search: 'gibt es nicht' }, (count) => count === 0],
    ['every task', { search: 'кольцо' }, (count) => count > rows / 2 && count < rows],
  ])(
    'counting what a search finds, %s, lets others work while it runs, and ends early',
    async (_name, filter, isRight) => {
      const counted = await turnsDuring(() => store.countMatching(local, filter));
      expect(counted.value).toEqual({ count: expect.toSatisfy(isRight) as number, isExact: false });
      expect(counted.turns).toBeGreaterThan(5);
    },
  );

  test('sixty counts at once are not one piece of work', async () => {
    const all: TaskFilter = { status: ['COMPLETED'], createdAfter: sampleTime - 1 };
    const { value, turns } = await turnsDuring(() =>
      Promise.all(Array.from({ length: 60 }, () => store.countMatching(local, all))),
    );
    expect(value).toEqual(Array.from({ length: 60 }, () => ({ count: rows - 1, isExact: true })));
    expect(turns).toBeGreaterThan(3);
  });

  test('a search string costs no memory for the rows that it passes over', async () => {
    const before = process.memoryUsage().rss;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 1);
    for (let round = 0; round < 3; round += 1) {
      expect(await store.countMatching(local, { search: 'x'.repeat(10_000) })).toEqual({
        count: 0,
        isExact: false,
      });
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    clearInterval(watch);
    expect(Math.round((peak - before) / 1e6)).toBeLessThan(200);
  });
});
