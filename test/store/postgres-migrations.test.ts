import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { migrations } from '../../src/store/migrations/migrations.ts';
import { Connections } from '../../src/store/postgres/connections.ts';
import { BytewisePostgresDialect } from '../../src/store/postgres/postgres-dialect.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { toRow, type TaskRow } from '../../src/store/tables/tasks.ts';
import { startPostgres } from '../support/postgres.ts';
import { silent } from '../support/postgres-databases.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { announced, insert } from './contract/fixture.ts';

test('a database of an earlier version knows the totals and times of its tasks, and keeps them', async () => {
  await using postgres = await startPostgres();
  await postgres.create('earlier');
  const url = postgres.urlOf('earlier');
  {
    await using db = new Kysely<Database>({
      dialect: new BytewisePostgresDialect({ pool: new Connections(url, { mostClients: 1, timeoutMs: 0 }) }),
    });
    const { error } = await new Migrator({ db, provider: migrations }).migrateTo('0014_groups');
    expect(error).toBeUndefined();
    const tables = await db.introspection.getTables();
    const columns = new Set(tables.find(({ name }) => name === 'tasks')?.columns.map(({ name }) => name));
    for (let index = 1; index <= 20; index += 1) {
      const task = sampleTask({
        stage: index % 2 === 0 ? 'FAILED' : 'COMPLETED',
        createdAt: sampleTime + index,
        completedAt: sampleTime + 2 * index,
        deletedAt: index === 20 ? sampleTime : null,
      });
      const number = index * 1000;
      const row = Object.entries(toRow({ ...task, number, revision: number }));
      // Later versions have more columns.
      const values = Object.fromEntries(row.filter(([name]) => columns.has(name))) as unknown as TaskRow;
      await db.insertInto('tasks').values(values).execute();
    }
    await db.updateTable('revision_counter').set({ value: 20_000 }).execute();
  }
  await using store = await openPostgresStore({ url }, silent);
  const createdBefore = sampleTime + 12;
  const numbersOf = async (filter: object) =>
    (await store.page({ owner: local, filter, from: 'newest', limit: 3 })).tasks.map(({ number }) => number);
  expect(await store.countMatching(local, { status: ['FAILED'] })).toEqual({ count: 9, isExact: true });
  expect(await store.countMatching(local, { createdBefore })).toEqual({ count: 11, isExact: true });
  expect(await numbersOf({ createdBefore })).toEqual([11_000, 10_000, 9000]);
  expect(await numbersOf({ endedAfter: sampleTime + 33 })).toEqual([19_000, 18_000, 17_000]);

  const added = await insert(store, { createdAt: sampleTime + 3 });
  await store.change(added.id, () =>
    announced({ stage: 'FAILED', result: { completedAt: sampleTime + 99 } }),
  );
  expect(await store.countMatching(local, { status: ['FAILED'] })).toEqual({ count: 10, isExact: true });
  expect(await numbersOf({ createdBefore, endedAfter: sampleTime + 21 })).toEqual([added.number, 11_000]);
  await store.change(added.id, () => announced({ deletedAt: sampleTime }));
  expect(await store.countMatching(local, { createdBefore })).toEqual({ count: 11, isExact: true });
});
