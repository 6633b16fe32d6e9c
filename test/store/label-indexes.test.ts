import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PostgresDialect, SqliteDialect, type LogEvent } from 'kysely';
import { Client, Pool } from 'pg';
import { expect, it } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Slices } from '../../src/store/reads/slices.ts';
import { TaskReads } from '../../src/store/reads/task-reads.ts';
import type { TaskFilter } from '../../src/store/store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { silent, startPostgresDatabases } from '../support/postgres-databases.ts';
import { local, sampleTask } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Queries = (read: (db: Kysely<Database>) => Promise<unknown>) => Promise<string[]>;

/** The plans of all queries of a read, one text each. */
type Plans = (read: (db: Kysely<Database>) => Promise<unknown>) => Promise<string[]>;

const noteTo = (queries: string[]) => (event: LogEvent) => {
  if (event.level === 'query') queries.push(event.query.sql);
};

/** Each query with its plan, and the index that it must read. */
async function plansOfReads(plans: Plans): Promise<{ plan: string; index: string }[]> {
  const list = (filter: TaskFilter) =>
    plans((db) => new Slices(db).find({ owner: local, filter, from: 'newest' }, 50));
  const feed = (filter: object) =>
    plans(async (db) => new TaskReads(db, {}).changesAfter(0, { owner: local, limit: 100, ...filter }));
  const reads: [index: string, plans: Promise<string[]>][] = [
    ['tasks_label_list', list({ label: 'x' })],
    ['tasks_label_feed', feed({ label: 'x' })],
    ['tasks_task_group_list', list({ group: 'x' })],
    ['tasks_task_group_feed', feed({ group: 'x' })],
    ['tasks_listed', list({ endedAfter: 5, status: ['FAILED'] })],
  ];
  const found = reads.map(async ([index, texts]) => (await texts).map((plan) => ({ plan, index })));
  return (await Promise.all(found)).flat();
}

it('lists and feeds of a label or a group read an index on SQLite, whatever else there is', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  using database = new DatabaseSync(file);
  const queriesOf: Queries = async (read) => {
    const queries: string[] = [];
    const prepare = () => ({ reader: true, all: () => [], run: () => ({}), iterate: () => [] });
    const dialect = new SqliteDialect({ database: { close: () => {}, prepare } as never });
    await read(new Kysely<Database>({ dialect, log: noteTo(queries) }));
    return queries;
  };
  const found = await plansOfReads(async (read) =>
    (await queriesOf(read)).map((sql) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .join('\n'),
    ),
  );
  expect(found).toHaveLength(8);
  for (const { plan, index } of found) {
    expect(plan).toMatch(new RegExp(`^SEARCH tasks USING (COVERING )?INDEX ${index} `));
  }
});

it('and on PostgreSQL', async () => {
  await using databases = await startPostgresDatabases();
  await using database = await databases.take();
  const pool = new Pool({ connectionString: database.url, max: 1 });
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    {
      await using store = await openPostgresStore({ url: database.url }, silent);
      await store.insert(sampleTask({ label: 'x', group: 'x' }), null);
    }
    // Without rows every plan costs the same.
    const { fields } = await client.query('select * from tasks limit 0');
    const values: Record<string, string> = {
      id: `'t' || i`,
      callback_token: `'c' || i`,
      number: 'i',
      revision: 'i',
      label: `'l' || i % 2000`,
      task_group: `'g' || i % 2000`,
    };
    await client.query(
      `insert into tasks (${fields.map(({ name }) => name).join()})
       select ${fields.map(({ name }) => values[name] ?? name).join()}
       from generate_series(2, 20000) i, (select * from tasks limit 1)`,
    );
    await client.query('analyze tasks');
    const found = await plansOfReads(async (read) => {
      const queries: string[] = [];
      await read(new Kysely<Database>({ dialect: new PostgresDialect({ pool }), log: noteTo(queries) }));
      const plans: string[] = [];
      for (const sql of queries) {
        const { rows } = await client.query<Record<string, string>>(`explain (generic_plan) ${sql}`);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return plans;
    });
    expect(found.length).toBeGreaterThanOrEqual(8);
    for (const { plan, index } of found) {
      expect(plan).toMatch(new RegExp(`Index (Only )?Scan (Backward )?using ${index} `));
    }
  } finally {
    await client.end();
    await pool.end();
  }
});
