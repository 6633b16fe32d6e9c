import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FilteredTasks } from '../../../src/store/reads/filtered-tasks.ts';
import { Slices, type Walk } from '../../../src/store/reads/slices.ts';
import { WorkLimit } from '../../../src/store/work-limit.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { TaskFilter } from '../../../src/store/task-list.ts';
import { countDatabaseWork } from '../../support/count-database-work.ts';
import { kyselyOf } from '../../support/earlier-database.ts';
import { local, sampleTime } from '../../support/sample-task.ts';
import { seedTasks } from '../../support/seed-tasks.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const rows = 6000;
/** Both pairs of "red gold ring" are in each prompt, but in two places. */
const prompt = 'the red gold chain, a thin gold ring, кольцо на бархате';
/** Two of these are FAILED and of the label `few`. */
const rare = [1500, 3000];

const stack = new AsyncDisposableStack();
let file: string;
let store: Store;

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  seedTasks(file, rows, (index) => ({
    prompt: `${prompt} ${index}`,
    label: rare.includes(index) ? 'few' : 'many',
    stage: rare.includes(index) ? 'FAILED' : 'COMPLETED',
    createdAt: sampleTime + index * 1000,
    completedAt: sampleTime + index * 1000,
    nextAction: null,
    dueAt: null,
  }));
  store = stack.use(await openSqliteStore(file));
  while (!(await store.indexSearch(new AbortController().signal)).isDone);
});
afterAll(() => stack.disposeAsync());

const page = { owner: local, from: 'newest', limit: 20 } as const;
const seconds = (count: number) => sampleTime + count * 1000;

describe('a search among thousands of indexed tasks, of which it finds few or none, reads few rows', () => {
  // Each read thousands of rows, the tasks that the filter leaves out or those that the index named wrongly.
  test.each<[string, TaskFilter, number]>([
    ['with a status that no task has', { search: 'ring', status: ['PROCESSING'] }, 0],
    ['with a provider that no task has', { search: 'g', provider: ['GOOGLE'] }, 0],
    ['with a rare status', { search: 'ring', status: ['FAILED'] }, 2],
    ['with a rare label', { search: 'ol', label: 'few' }, 2],
    ['with a label and a status that never meet', { search: 'ring', label: 'many', status: ['FAILED'] }, 0],
    ['with a short time', { search: 'бархат', createdAfter: seconds(rows - 4) }, 3],
    ['with an old time', { search: 'бархат', createdBefore: seconds(3) }, 3],
    ['of words that meet in pairs alone', { search: 'red gold ring' }, 0],
    ['of a letter whose lower bits are those of a frequent one', { search: 'r\u0169' }, 0],
    ['of a word with one such letter', { search: 'к\u053eльцо' }, 0],
    ['of the longest string with one letter that differs', { search: altered(170) }, 0],
    ['of one rare place in frequent ones', { search: `${prompt} ${rare[0]}` }, 1],
    ['of an id that begins otherwise', { search: 'task_~', idStart: '~' }, 0],
    ['of what only patterns know', { search: '%_%' }, 0],
  ])('%s', async (_name, filter, found) => {
    using work = countDatabaseWork(/^pragma/);
    const { tasks, hasNextPage } = await store.page({ ...page, filter });
    const count = await store.countMatching(local, filter);
    expect({ found: tasks.length, hasNextPage, ...count, rows: work.counts().rows }).toEqual({
      found,
      hasNextPage: false,
      count: found,
      isExact: true,
      rows: expect.toSatisfy((read: number) => read < 1100) as unknown,
    });
  });

  function altered(at: number): string {
    const text = `${prompt} 4`.repeat(4).slice(0, 200);
    return `${text.slice(0, at)}й${text.slice(at + 1)}`;
  }
});

test('a search that ends early again and again finds all, in both directions, with every filter', async () => {
  await using other = await temporaryFolder();
  // The store has its file alone: a copy of it has what was committed last in its log.
  for (const end of ['', '-wal']) await copyFile(`${file}${end}`, join(other.path, `reelay.db${end}`));
  using database = new DatabaseSync(join(other.path, 'reelay.db'));
  const db = kyselyOf(database);
  const slices = new Slices(db, new FilteredTasks(db));
  const filters: readonly TaskFilter[] = [
    { search: 'ring' },
    { search: 'g', status: ['FAILED'] },
    { search: 'кольцо', label: 'few' },
    { search: '7', createdAfter: seconds(100), createdBefore: seconds(5000) },
    { search: 'red gold ring' },
    { search: '12', status: ['COMPLETED'], label: 'many' },
  ];
  for (const filter of filters) {
    for (const from of ['newest', 'oldest'] as const) {
      const find = async (walk: Partial<Walk>, us: number) =>
        slices.find({ owner: local, filter, from, ...walk }, rows, new WorkLimit(us));
      const { value: all, reached: end } = await find({}, Number.POSITIVE_INFINITY);
      expect(end).toBeNull();
      const parts: number[] = [];
      const places: number[] = [];
      for (let beyond: number | undefined; ;) {
        const { value, reached } = await find({ beyond }, 1500);
        parts.push(...value);
        if (reached === null) break;
        places.push(reached);
        beyond = reached;
      }
      const inOrder = [...new Set(places)].toSorted((a, b) => (from === 'newest' ? b - a : a - b));
      expect({ filter, from, parts, places }).toEqual({ filter, from, parts: all, places: inOrder });
      expect(places.length).toBeGreaterThan(all.length > 1000 ? 3 : -1);
    }
  }
});
