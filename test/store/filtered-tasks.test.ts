import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FilteredTasks } from '../../src/store/reads/filtered-tasks.ts';
import { WorkLimit } from '../../src/store/work-limit.ts';
import type { Walk } from '../../src/store/reads/slices.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { TaskFilter } from '../../src/store/task-list.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { statusOf, type Owner } from '../../src/domain/video-task.ts';
import { kyselyOf } from '../support/earlier-database.ts';
import { local, sampleTime, type TaskOverrides } from '../support/sample-task.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const count = 6000;
/** The numbers of twenty spans. */
const apart = 14;
const other = 'key:other' as Owner;

/** The clock runs a second a task, but was set back by an hour twice; every third task is of another owner. */
function overrides(index: number): TaskOverrides {
  const createdAt = sampleTime + index * 1000 - Math.floor(index / 2500) * 3_600_000;
  const stage = index % 100 === 7 ? 'FAILED' : index % 1000 === 8 ? 'GENERATING' : 'COMPLETED';
  return {
    owner: index % 3 === 0 ? other : local,
    stage,
    provider: index % 4 === 0 ? 'SIMULATOR' : 'KIE',
    createdAt,
    completedAt: stage === 'GENERATING' ? null : createdAt + (index % 50) * 100_000,
    deletedAt: index % 10 === 9 ? createdAt + 1 : null,
    nextAction: null,
    dueAt: null,
  };
}

const tasks = Array.from({ length: count }, (_, index) => ({
  number: (index + 1) * apart,
  ...overrides(index),
})).toReversed();

const stack = new AsyncDisposableStack();
let database: DatabaseSync;

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  seedTasks(file, count, overrides, apart);
  database = stack.use(new DatabaseSync(file));
});
afterAll(() => stack.disposeAsync());

/** A reader, and the number of its statements so far. */
function reader() {
  let statements = 0;
  const db = kyselyOf<Database>(database, () => {
    statements += 1;
  });
  return { filtered: new FilteredTasks(db), statements: () => statements };
}

function numbersOf(filter: TaskFilter): number[] {
  const { status, stage, provider, createdAfter, createdBefore, endedAfter } = filter;
  return tasks
    .filter(
      (task) =>
        task.owner === local &&
        task.deletedAt === null &&
        (status?.includes(statusOf(task.stage ?? 'WAITING')) ?? true) &&
        (stage?.includes(task.stage ?? 'WAITING') ?? true) &&
        (provider?.some((name) => name === task.provider) ?? true) &&
        (createdAfter === undefined || (task.createdAt ?? 0) > createdAfter) &&
        (createdBefore === undefined || (task.createdAt ?? 0) < createdBefore) &&
        (endedAfter === undefined || (task.completedAt ?? 0) > endedAfter),
    )
    .map(({ number }) => number);
}

const at = (second: number): number => sampleTime + second * 1000;
const filters: readonly TaskFilter[] = [
  {},
  { status: ['FAILED'] },
  { status: ['FAILED', 'PROCESSING'], provider: ['KIE'] },
  { stage: ['GENERATING'] },
  { stage: ['SUBMISSION_UNKNOWN'] },
  { provider: ['SIMULATOR'] },
  { provider: ['GOOGLE'] },
  { createdAfter: at(100) },
  { createdAfter: at(5000) },
  { createdBefore: at(100) },
  { createdBefore: at(-5000) },
  { createdAfter: at(2000), createdBefore: at(2010) },
  { createdAfter: at(1000), createdBefore: at(1000) },
  { createdAfter: at(2400), createdBefore: at(2600), status: ['FAILED'] },
  { endedAfter: at(6000) },
  { endedAfter: at(6000), createdBefore: at(2000), provider: ['KIE'] },
  { endedAfter: at(100_000) },
];

const countAll = (filtered: FilteredTasks, filter: TaskFilter) =>
  filtered.count(local, filter, Number.POSITIVE_INFINITY, new WorkLimit());

describe('lists of one owner in a database of two spans and more, whose clock was set back', () => {
  test.each(filters)(
    '%o is exact, from either end, between any two places, and its number too',
    async (filter) => {
      const { filtered } = reader();
      const find = async (walk: Walk, limit: number) =>
        (await filtered.find(walk, limit, new WorkLimit())).value;
      const all = numbersOf(filter);
      expect(await countAll(filtered, filter)).toEqual({ value: all.length, reached: null });
      for (const limit of [1, 51, count]) {
        const of = { owner: local, filter };
        expect(await find({ ...of, from: 'newest' }, limit)).toEqual(all.slice(0, limit));
        expect(await find({ ...of, from: 'oldest' }, limit)).toEqual(all.toReversed().slice(0, limit));
        for (const [high, low] of [
          [70_000, 9000],
          [9001, 4097],
          [4096, 4095],
        ] as const) {
          const between = all.filter((number) => number < high && number > low);
          expect(await find({ ...of, from: 'newest', beyond: high, until: low }, limit)).toEqual(
            between.slice(0, limit),
          );
          expect(await find({ ...of, from: 'oldest', beyond: low, until: high }, limit)).toEqual(
            between.toReversed().slice(0, limit),
          );
        }
      }
    },
  );

  // Each read 600 rows before, or all of them.
  test.each<[TaskFilter, number]>([
    [{ status: ['QUEUED'] }, 1],
    [{ provider: ['GOOGLE'] }, 1],
    [{ status: ['FAILED'] }, 2],
    [{ status: ['PROCESSING'] }, 2],
    [{ stage: ['GENERATING'], provider: ['KIE'] }, 2],
    [{ createdBefore: at(-5000) }, 2],
    [{ createdAfter: at(5000) }, 2],
    [{ createdBefore: at(60) }, 4],
  ])('%o takes at most %i statements', async (filter, most) => {
    const { filtered, statements } = reader();
    await filtered.find({ owner: local, filter, from: 'newest' }, 5, new WorkLimit());
    expect(statements()).toBeLessThanOrEqual(most);
  });

  test.each<[TaskFilter, number]>([
    [{}, 1],
    [{ status: ['FAILED'] }, 1],
    [{ status: ['QUEUED', 'COMPLETED'], provider: ['KIE'] }, 1],
    // The counts, the spans in two reads, and the ends of the time.
    [{ createdAfter: at(1000) }, 9],
  ])('the number of %o takes at most %i statements', async (filter, most) => {
    const { filtered, statements } = reader();
    expect((await countAll(filtered, filter)).value).toBe(numbersOf(filter).length);
    expect(statements()).toBeLessThanOrEqual(most);
  });
});
