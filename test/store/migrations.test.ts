import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { TaskFilter } from '../../src/store/task-list.ts';
import { toRow, valuesOf } from '../../src/store/tables/tasks.ts';
import type { Owner } from '../../src/domain/video-task.ts';
import { migrateTo } from '../support/earlier-database.ts';
import { local, sampleTask, sampleTime, sampleVideo } from '../support/sample-task.ts';
import { columnsIn, seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A database as an earlier version left it, and a way to write into it what that version could write. */
async function databaseOf(file: string, version: string, write: (database: DatabaseSync) => void) {
  using database = new DatabaseSync(file);
  await migrateTo(database, version);
  // One commit for all rows.
  database.exec('begin');
  write(database);
  database.exec('commit');
}

test('schedules that an earlier version made beyond the calendar are due again, and delay no one', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'data', 'reelay.db');
  await mkdir(join(folder.path, 'data'));
  const tasks = [1.1e17, 1e33, sampleTime + 5].map((dueAt) => ({ task: sampleTask(), dueAt }));
  await databaseOf(file, '0002_money', (database) => {
    for (const [index, { task, dueAt }] of tasks.entries()) {
      // `toRow` of today bounds what that version wrote as it was.
      const row = { ...toRow({ ...task, number: index + 1, revision: index + 1 }), due_at: dueAt };
      const columns = columnsIn(database) as (keyof typeof row)[];
      database
        .prepare(`insert into tasks (${columns.join()}) values (${columns.map(() => '?').join()})`)
        .run(...(valuesOf(row, columns) as SQLInputValue[]));
    }
    database.prepare("insert into create_pauses values ('KIE', ?)").run(1.1e17);
    database.exec('update revision_counter set value = 3');
  });
  await using store = await openSqliteStore(file);
  const { tasks: page } = await store.page({ owner: local, filter: {}, from: 'oldest', limit: 10 });
  expect(page.map(({ work: { dueAt } }) => dueAt).toReversed()).toEqual([
    sampleTime,
    sampleTime,
    sampleTime + 5,
  ]);
  expect(await store.createAllowance('KIE', { now: sampleTime, windowMs: 1000, max: 1 })).toEqual({
    places: 1,
    freeAt: sampleTime,
  });
});

test.each(['0003_bounds', '0004_fairness'])(
  'a database of %s keeps all rows, and its lists and counts',
  async (version) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'data', 'reelay.db');
    await mkdir(join(folder.path, 'data'));
    await databaseOf(file, version, () => {});
    const count = 1000;
    seedTasks(file, count, (index) => ({
      stage: index % 2 === 0 ? 'COMPLETED' : 'WAITING',
      label: index === 500 ? 'Кольцо' : null,
      deletedAt: index % 10 === 9 ? sampleTime : null,
    }));
    await using store = await openSqliteStore(file);
    expect((await store.changesAfter(0, { limit: count + 1 })).length).toBe(count);
    expect(await store.countMatching(local, {})).toEqual({ count: 900, isExact: true });
    expect(await store.countMatching(local, { status: ['COMPLETED'] })).toEqual({
      count: 500,
      isExact: true,
    });
    const list = { owner: local, filter: {}, from: 'newest' as const, limit: 900 };
    const { tasks } = await store.page(list);
    expect(tasks.map(({ number }) => number)).toEqual(
      Array.from({ length: count }, (_, index) => count - index).filter((number) => number % 10 !== 0),
    );
    const found = await store.page({ ...list, filter: { search: 'КОЛЬЦО' } });
    expect(found.tasks).toEqual(tasks.filter(({ number }) => number === 501));
  },
);

test('files of an earlier version are named: videos by age, uploads, and those of deleted tasks to be removed', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'data', 'reelay.db');
  await mkdir(join(folder.path, 'data'));
  const videos = Array.from({ length: 1003 }, (_, index) => ({
    ...sampleVideo,
    mediaKey: `${index}.mp4`,
    bytes: 10,
    archivedAt: sampleTime + index,
  }));
  await databaseOf(file, '0009_epoch_identity', (database) => {
    for (const [index, video] of videos.entries()) {
      const deletedAt = index === 2 ? sampleTime : null;
      const task = sampleTask({ stage: 'COMPLETED', video, completedAt: sampleTime, deletedAt });
      const row = toRow({ ...task, number: index + 1, revision: index + 1 });
      const columns = columnsIn(database) as (keyof typeof row)[];
      database
        .prepare(`insert into tasks (${columns.join()}) values (${columns.map(() => '?').join()})`)
        .run(...(valuesOf(row, columns) as SQLInputValue[]));
    }
    database.exec(`insert into uploads (id, owner, media_key, content_type, width, height, created_at, used_at, bytes)
      values ('u', 'local', 'u.png', 'image/png', 2, 1, 5, 5, 100)`);
    database.exec('update revision_counter set value = 1003');
  });
  await using store = await openSqliteStore(file);
  expect(await store.media.use()).toEqual([
    { kind: 'upload', files: 1, bytes: 100 },
    { kind: 'video', files: 1002, bytes: 10_020 },
  ]);
  const oldest = await store.media.oldestVideos({ storedBefore: sampleTime + 4, after: null, limit: 9 });
  expect(oldest.map(({ mediaKey }) => mediaKey)).toEqual(['0.mp4', '1.mp4', '3.mp4']);
  expect(await store.media.unnamed({ begunBefore: 1, after: '', limit: 9 })).toEqual(['2.mp4']);
});

test('tasks that an earlier version wrote are counted, without deleted ones', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  const tasks = [
    sampleTask({ stage: 'WAITING' }),
    sampleTask({ stage: 'SUBMITTING' }),
    sampleTask({ stage: 'COMPLETED' }),
    sampleTask({ stage: 'COMPLETED', deletedAt: sampleTime }),
  ];
  await databaseOf(file, '0012_provider_facts', (database) => {
    for (const [index, task] of tasks.entries()) {
      const row = toRow({ ...task, number: index + 1, revision: index + 1 });
      const columns = columnsIn(database) as (keyof typeof row)[];
      database
        .prepare(`insert into tasks (${columns.join()}) values (${columns.map(() => '?').join()})`)
        .run(...(valuesOf(row, columns) as SQLInputValue[]));
    }
    database.exec('update revision_counter set value = 4');
  });
  await using store = await openSqliteStore(file);
  const provider = tasks[0]?.provider.name;
  expect(await store.taskCounts()).toEqual([
    { provider, status: 'COMPLETED', count: 1 },
    { provider, status: 'QUEUED', count: 2 },
  ]);
});

test('lists with a filter, and their totals, are those of the rows that an earlier version wrote', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await databaseOf(file, '0013_task_counts', () => {});
  // Three spans of numbers, and an owner without live tasks.
  seedTasks(
    file,
    1000,
    (index) => ({
      owner: (['local', 'key:deleted', 'key:other'] as Owner[])[index % 3] ?? local,
      stage: index % 10 === 0 ? 'FAILED' : 'COMPLETED',
      provider: index % 2 === 0 ? 'KIE' : 'GOOGLE',
      createdAt: sampleTime + index,
      completedAt: sampleTime + 2 * index,
      deletedAt: index % 3 === 1 ? sampleTime : null,
    }),
    10,
  );
  await using store = await openSqliteStore(file);
  const indexes = Array.from({ length: 1000 }, (_, index) => index).filter((index) => index % 3 === 0);
  const rows: [TaskFilter, (index: number) => boolean][] = [
    [{}, () => true],
    [{ status: ['FAILED'] }, (index) => index % 10 === 0],
    [{ stage: ['COMPLETED'], provider: ['GOOGLE'] }, (index) => index % 10 !== 0 && index % 2 === 1],
    [{ createdBefore: sampleTime + 100 }, (index) => index < 100],
    [
      { createdAfter: sampleTime + 400, createdBefore: sampleTime + 420 },
      (index) => index > 400 && index < 420,
    ],
    [{ endedAfter: sampleTime + 1900 }, (index) => index > 950],
  ];
  for (const [filter, matches] of rows) {
    const expected = indexes.filter(matches).toReversed();
    const { tasks } = await store.page({ owner: local, filter, from: 'newest', limit: 1000 });
    expect(tasks.map(({ createdAt }) => createdAt - sampleTime)).toEqual(expected);
    expect(await store.countMatching(local, filter)).toEqual({ count: expected.length, isExact: true });
  }
  expect(await store.countMatching('key:deleted' as Owner, {})).toEqual({ count: 0, isExact: true });
});
