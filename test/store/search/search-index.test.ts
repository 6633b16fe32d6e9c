import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { PageRequest } from '../../../src/store/task-list.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Owner, VideoTask } from '../../../src/domain/video-task.ts';
import { local, sampleTime } from '../../support/sample-task.ts';
import { seedTasks } from '../../support/seed-tasks.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { turnsDuring } from '../../support/turns-during.ts';
import { watchLoop } from '../../support/watch-loop.ts';
import { announced } from '../contract/fixture.ts';

const others = ['key:a', 'key:b'] as Owner[];

/** Words of few letters, so that most strings are in many texts: Latin, Cyrillic, both cases, and what is special. */
const words = [
  'ab',
  'Ba',
  'БА',
  'аб',
  'a%',
  '_b',
  'ё',
  'Ё',
  'ß',
  'İ',
  'ΑΣ',
  'σα',
  '💍',
  '戒',
  'a\0b',
  '\ud83d',
  '"',
  "'",
  '*',
];

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const textOf = (random: () => number, length: number): string =>
  Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(random() < 0.5 ? ' ' : '');

/** All tasks that are not deleted, newest first. */
async function allTasks(store: Store): Promise<VideoTask[]> {
  const tasks: VideoTask[] = [];
  for (let after = 0; ;) {
    const page = await store.changesAfter(after, { limit: 10_000 });
    tasks.push(...page);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.revision;
  }
  return tasks.filter(({ deletedAt }) => deletedAt === null).toSorted((a, b) => b.number - a.number);
}

/** Brings the index up to date. */
async function index(store: Store): Promise<number> {
  let added = 0;
  for (;;) {
    const round = await store.indexSearch(new AbortController().signal);
    added += round.added;
    if (round.isDone) return added;
  }
}

const fold = (text: string) =>
  text.toWellFormed().replaceAll('\0', '\ufffd').toLowerCase().replaceAll('ς', 'σ');

/** The rule, written anew: whether a search finds a task. */
function testOf({ id, spec, provider }: VideoTask): (search: string, idStart?: string) => boolean {
  const texts = [id, spec.prompt, spec.label, provider.taskId, provider.trackedId].map((text) =>
    fold(text ?? ''),
  );
  return (search, idStart) =>
    texts.some((text) => text.includes(search)) || (idStart !== undefined && fold(id).startsWith(idStart));
}

/** Expects many searches to find what a look at each task finds. */
async function expectRight(store: Store, seed: number): Promise<void> {
  const random = randomOf(seed);
  const tasks = await allTasks(store);
  const numbers = tasks.map(({ number }) => number);
  const tested = tasks.map((task) => ({ task, isFound: testOf(task) }));
  for (let round = 0; round < 30; round += 1) {
    const owner = [local, ...others][Math.floor(random() * 3)] ?? local;
    const some = tasks[Math.floor(random() * tasks.length)];
    const taken =
      [some?.spec.prompt, some?.id, some?.provider.taskId][round % 5] ?? textOf(random, 1 + (round % 3));
    const start = Math.floor(random() * taken.length);
    const search = taken.slice(start, start + 1 + Math.floor(random() * 7));
    if (search === '') continue;
    const place = () => (random() < 0.4 ? numbers[Math.floor(random() * numbers.length)] : undefined);
    const [after, before] = [place(), place()];
    const status = random() < 0.3 ? (['COMPLETED'] as const) : undefined;
    const idStart = random() < 0.2 ? some?.id.slice(0, 3) : undefined;
    const request: PageRequest = {
      owner,
      filter: { search, ...(status && { status }), ...(idStart !== undefined && { idStart }) },
      from: random() < 0.5 ? 'newest' : 'oldest',
      limit: 1 + Math.floor(random() * 120),
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
    };
    const all = tested
      .filter(
        ({ task, isFound }) =>
          task.owner === owner &&
          (status === undefined || task.stage === 'COMPLETED') &&
          isFound(fold(search), idStart === undefined ? undefined : fold(idStart)),
      )
      .map(({ task }) => task);
    const inside = all.filter(
      ({ number }) => (after === undefined || number < after) && (before === undefined || number > before),
    );
    const expected =
      request.from === 'newest' ? inside.slice(0, request.limit) : inside.slice(-request.limit);
    const page = await store.page(request);
    const seen = page.tasks.map(({ number }) => number);
    expect({ request, seen }).toEqual({ request, seen: expected.map(({ number }) => number) });
    const count = await store.countMatching(owner, request.filter);
    expect({ request, count }).toEqual({ request, count: { count: all.length, isExact: true } });
  }
}

/** The sizes of the segments of an owner in a database that no store has open. */
function segmentsIn(file: string, owner: Owner) {
  using database = new DatabaseSync(file);
  return database
    .prepare("select rows from search_segments where owner = ? and state = 'ready' order by last_number")
    .all(owner)
    .map(({ rows }) => rows as number);
}

const countOf = (file: string, query: string): number => {
  using database = new DatabaseSync(file);
  return (database.prepare(`select count(*) as count from ${query}`).get() as { count: number }).count;
};

async function seeded(file: string, count: number, seed: number): Promise<void> {
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  add(file, count, seed);
}

function add(file: string, count: number, seed: number): void {
  const random = randomOf(seed);
  seedTasks(file, count, () => ({
    owner: random() < 0.8 ? local : (others[Math.floor(random() * 2)] ?? local),
    prompt: textOf(random, Math.floor(random() * 12)),
    label: random() < 0.3 ? textOf(random, 2) : null,
    providerTaskId: random() < 0.5 ? `veo${Math.floor(random() * 2 ** 40).toString(36)}` : null,
    stage: random() < 0.5 ? 'COMPLETED' : 'FAILED',
    nextAction: null,
    dueAt: null,
    completedAt: sampleTime,
  }));
}

test('a search finds the same with an index, without one and with a part of one, whatever it is for', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 1200, 1);
  {
    await using store = await openSqliteStore(file);
    await expectRight(store, 11);
    expect(await index(store)).toBeGreaterThan(900);
    await expectRight(store, 12);
  }
  for (let round = 0; round < 9; round += 1) {
    add(file, 330, 100 + round);
    await using store = await openSqliteStore(file);
    if (round === 3) await expectRight(store, 13);
    await index(store);
  }
  // Merged: nine small ones would be left of the later rounds alone.
  expect(segmentsIn(file, local).length).toBeLessThan(9);
  await using store = await openSqliteStore(file);
  await expectRight(store, 14);
  expect(await index(store)).toBe(0);
});

test('what changes after it was indexed is found as it is now, before and after the index is renewed', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 900, 2);
  let changed: VideoTask[];
  {
    await using store = await openSqliteStore(file);
    await index(store);
    const tasks = await allTasks(store);
    changed = tasks.filter((_, place) => place > 200 && place % 4 === 0);
    for (const [place, task] of changed.entries()) {
      await store.change(task.id, () =>
        announced(place % 3 === 0 ? { deletedAt: sampleTime } : { provider: { taskId: `new${place}ёё` } }),
      );
    }
    await expectRight(store, 21);
    const found = await store.page({ owner: local, filter: { search: 'NEW1ЁЁ' }, from: 'newest', limit: 9 });
    expect(found.tasks).toHaveLength(changed[1]?.owner === local ? 1 : 0);
  }
  const noted = countOf(file, 'search_changes');
  expect(noted).toBe(changed.filter(({ owner }) => owner === local).length);
  {
    await using store = await openSqliteStore(file);
    await index(store);
    await expectRight(store, 22);
  }
  expect(countOf(file, 'search_changes')).toBeLessThan(noted / 2);
  expect(countOf(file, "search_segments where state = 'ready'")).toBeGreaterThan(0);
});

test('thousands of tasks that are deleted together are found no more, and leave the index in one round', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  const all = 6000;
  seedTasks(file, all, (place) => ({
    prompt: place % 6 === 0 ? 'кольцо' : 'a ring',
    stage: 'COMPLETED',
    nextAction: null,
    dueAt: null,
  }));
  const deleted = all - 600;
  const expectFound = async (store: Store) => {
    const list = { owner: local, from: 'newest', limit: 3 } as const;
    const { tasks } = await store.page({ ...list, filter: { search: 'КОЛЬЦО' } });
    expect(tasks.map(({ number }) => number)).toEqual([595, 589, 583]);
    expect(await store.countMatching(local, { search: 'КОЛЬЦО' })).toEqual({ count: 100, isExact: true });
    expect(await store.countMatching(local, { search: 'ring' })).toEqual({ count: 500, isExact: true });
  };
  {
    await using store = await openSqliteStore(file);
    await index(store);
  }
  {
    using database = new DatabaseSync(file);
    database.prepare('update tasks set deleted_at = ? where number > 600').run(sampleTime);
  }
  expect(countOf(file, 'search_changes')).toBe(deleted);
  {
    await using store = await openSqliteStore(file);
    await expectFound(store);
    await store.indexSearch(new AbortController().signal);
    await expectFound(store);
  }
  expect(countOf(file, 'search_changes')).toBeLessThan(64);
  expect(segmentsIn(file, local).length).toBeGreaterThan(0);
});

test('an index whose tasks are all gone is gone too', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 400, 3);
  {
    await using store = await openSqliteStore(file);
    await index(store);
    for (const { id } of await allTasks(store))
      await store.change(id, () => announced({ deletedAt: sampleTime }));
    await index(store);
    await index(store);
    expect(await store.countMatching(local, { search: 'a' })).toEqual({ count: 0, isExact: true });
  }
  expect(countOf(file, 'search_pages')).toBe(0);
  expect(countOf(file, "search_segments where state = 'ready'")).toBe(0);
});

test('an index that was stopped at any moment is right, and goes on from there', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 1500, 4);
  let begun = 0;
  for (const [seed, iterations] of [1, 4, 9, 16, 25].entries()) {
    {
      await using store = await openSqliteStore(file);
      await stopAfter(iterations, (signal) => store.indexSearch(signal));
      await expectRight(store, 40 + seed);
    }
    begun += countOf(file, "search_segments where state = 'begun'");
  }
  expect(begun).toBeGreaterThan(0);
  {
    await using store = await openSqliteStore(file);
    await index(store);
    await expectRight(store, 49);
  }
  expect(countOf(file, "search_segments where state = 'begun'")).toBe(0);
  expect(segmentsIn(file, local).reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(1100);
  const leftOver = 'search_pages where id / 1048576 not in (select id from search_segments)';
  expect(countOf(file, leftOver)).toBe(0);
});

test('several that index at once, as when a turn has ended unnoticed, take nothing from each other', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 900, 6);
  await using store = await openSqliteStore(file);
  await index(store);
  const tasks = (await allTasks(store)).filter(({ owner }) => owner === local);
  for (let round = 0; round < 4; round += 1) {
    const some = tasks.filter((_, place) => place % 4 === round);
    await Promise.all(
      some.map(({ id }, place) =>
        store.change(id, () => announced({ provider: { taskId: `r${round}n${place}` } })),
      ),
    );
    await Promise.all([1, 2, 3].map(() => store.indexSearch(new AbortController().signal)));
    await expectRight(store, 60 + round);
  }
  // All of them are in it still.
  expect(await index(store)).toBe(0);
});

/** Stops work after some iterations of the event loop, unless it has ended. */
async function stopAfter(iterations: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  let left = iterations;
  const count = () => {
    left -= 1;
    if (left > 0) setImmediate(count);
    else stop.abort(new Error('stopped'));
  };
  setImmediate(count);
  await work(stop.signal).catch((error: unknown) => {
    if (error !== stop.signal.reason) throw error;
  });
}

test('others work while an index is built', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await seeded(file, 1500, 5);
  await using store = await openSqliteStore(file);
  using loop = watchLoop();
  const { turns } = await turnsDuring(() => index(store));
  expect(turns).toBeGreaterThan(10);
  expect(loop.longestMs()).toBeLessThan(150);
});
