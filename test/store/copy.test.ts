import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyDatabase } from '../../src/store/copy/copy-database.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { TaskCount } from '../../src/store/queries/task-counts.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { silent } from '../support/postgres-databases.ts';
import { runCli } from '../support/run-cli.ts';
import { local, sampleFullTask, sampleTask } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { announced, insert, insertMany, listOf } from './contract/fixture.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres[Symbol.asyncDispose]());

/** A file with some of everything, and what is to be seen of it. */
async function filled(file: string) {
  await using store = await openSqliteStore(file);
  await store.insert(sampleFullTask(), { key: 'k', inputHash: 'h' });
  const tasks = await insertMany(store, 20, (index) => ({
    spec: { prompt: index === 3 ? 'a\0b' : `Кольцо ${index}` },
    work: { dueAt: 1000.5 + index },
  }));
  for (const { id } of tasks.slice(0, 5)) {
    await store.change(id, () => ({
      ...announced({
        stage: 'GENERATING',
        provider: { taskId: `theirs ${id}` },
        work: { leaseOwner: 'gone', leaseUntil: 5 },
      }),
      transition: { taskId: id, stage: 'GENERATING', at: 5, reason: null, reasonMessages: null },
    }));
  }
  const { tasks: page, revision } = await store.page(listOf(local));
  return { page, revision, text: store.formatRevision(revision) };
}

test('a copy has all rows, is the same when repeated, and clients go on from their revisions', async () => {
  await postgres.create('copied');
  const url = postgres.urlOf('copied');
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  const before = await filled(file);

  const copied = await copyDatabase(file, url);
  expect(copied.find(({ table }) => table === 'tasks')?.rows).toBe(21);
  expect(await copyDatabase(file, url)).toEqual(copied);
  // What was done since is copied too.
  let counts: readonly TaskCount[];
  {
    await using store = await openSqliteStore(file);
    await insert(store);
    counts = await store.taskCounts();
  }
  await copyDatabase(file, url);

  await using store = await openPostgresStore({ url }, silent);
  expect(await store.taskCounts()).toEqual(counts);
  const { tasks } = await store.page(listOf(local));
  const isOfBefore = ({ revision }: { readonly revision: number }) => revision <= before.revision;
  expect(tasks.filter(isOfBefore)).toEqual(
    before.page.map((task) => ({
      ...task,
      spec: { ...task.spec, prompt: task.spec.prompt.replace('\0', '\uFFFD') },
      work: { ...task.work, leaseOwner: null, leaseUntil: null },
    })),
  );
  expect(await store.parseRevision(before.text)).toEqual({ kind: 'known', counter: before.revision });
  expect((await insert(store)).revision).toBe(before.revision + 2);
  const sumOf = (all: readonly TaskCount[]) => all.reduce((sum, { count }) => sum + count, 0);
  expect(sumOf(await store.taskCounts())).toBe(sumOf(counts) + 1);
  // Its search index is its own: that of the file is not copied.
  const kept = tasks.filter(({ spec }) => spec.prompt.startsWith('Кольцо 1')).map(({ id }) => id);
  expect(await store.indexSearch(new AbortController().signal)).toMatchObject({ isDone: true });
  const found = await store.page({ ...listOf(local), filter: { search: 'КОЛЬЦО 1' } });
  expect(found.tasks.map(({ id }) => id)).toEqual(kept);
  // Its task was deleted.
  const { owner } = sampleFullTask();
  expect((await store.insert(sampleTask({ owner }), { key: 'k', inputHash: 'h' })).kind).toBe('gone');

  // A server has worked on it: nothing of that is overwritten.
  await expect(copyDatabase(file, url)).rejects.toThrow('The PostgreSQL database is in use');
});

test('a file that is not there, in use or of another version is refused in one line, and nothing is made', async () => {
  await postgres.create('refused');
  const url = postgres.urlOf('refused');
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await expect(copyDatabase(file, url)).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  {
    await using _ = await openSqliteStore(file);
    await expect(copyDatabase(file, url)).rejects.toThrow('is in use by another process');
  }
  {
    using database = new DatabaseSync(file);
    database.exec("delete from kysely_migration where name = '0010_stored_media'");
  }
  await expect(copyDatabase(file, url)).rejects.toThrow('The SQLite file is of another version');
  const [rows] = await postgres.run<{ count: string }>('select count(*) from tasks', 'refused');
  expect(rows?.count).toBe('0');
});

test('the command line copies, and refuses what is no database', async () => {
  await postgres.create('by_command');
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await filled(file);
  const copy = (from: string, to: string) =>
    runCli(['copy', '--from', from, '--to', to], { url: 'http://127.0.0.1:9' });
  expect(await copy(`sqlite:${file}`, postgres.urlOf('by_command'))).toMatchObject({ code: 0 });
  expect(await copy(file, 'postgres://secret-word@h')).toMatchObject({ code: 2 });
});
