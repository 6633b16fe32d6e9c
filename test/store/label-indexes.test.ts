import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PostgresDialect, type LogEvent } from 'kysely';
import { Client, Pool } from 'pg';
import { expect, it } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { FilteredTasks } from '../../src/store/reads/filtered-tasks.ts';
import { WorkLimit } from '../../src/store/work-limit.ts';
import { TasksOfAll } from '../../src/store/reads/tasks-of-all.ts';
import { TaskReads } from '../../src/store/reads/task-reads.ts';
import type { TaskFilter } from '../../src/store/task-list.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { kyselyOf } from '../support/earlier-database.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { silent, startPostgresDatabases } from '../support/postgres-databases.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Queries = (read: (db: Kysely<Database>) => Promise<unknown>) => Promise<string[]>;

/** The plans of all queries of a read, one text each. */
type Plans = (read: (db: Kysely<Database>) => Promise<unknown>) => Promise<string[]>;

/** Notes the queries of tasks; those of their numbers read a few rows. */
const noteTo = (queries: string[]) => (event: LogEvent) => {
  if (event.level === 'query' && / from "?tasks\b/.test(event.query.sql)) queries.push(event.query.sql);
};

/** Each query with its plan, and the index that it must read. */
async function plansOfReads(plans: Plans): Promise<{ plan: string; index: string }[]> {
  const list = (filter: TaskFilter) =>
    plans((db) => new FilteredTasks(db).find({ owner: local, filter, from: 'newest' }, 50, new WorkLimit()));
  const all = (filter: TaskFilter, after?: number) =>
    plans((db) =>
      new TasksOfAll(db).page({
        owner: null,
        filter,
        from: 'newest',
        limit: 50,
        ...(after !== undefined && { after }),
      }),
    );
  const count = (filter: TaskFilter) =>
    plans((db) => new FilteredTasks(db).count(local, filter, Number.POSITIVE_INFINITY, new WorkLimit()));
  const feed = (filter: object) =>
    plans(async (db) => new TaskReads(db, {}).changesAfter(0, { owner: local, limit: 100, ...filter }));
  const reads: [index: string, plans: Promise<string[]>][] = [
    ['tasks_label_list', list({ label: 'x' })],
    ['tasks_label_feed', feed({ label: 'x' })],
    ['tasks_task_group_list', list({ group: 'x' })],
    ['tasks_task_group_feed', feed({ group: 'x' })],
    ['tasks_of_stage', list({ status: ['FAILED'] })],
    ['tasks_of_stage', list({ provider: ['KIE'], stage: ['FAILED'] })],
    ['tasks_of_stage', list({ status: ['FAILED'], endedAfter: sampleTime })],
    ['tasks_listed', list({ createdAfter: sampleTime })],
    ['tasks_listed', count({ createdAfter: sampleTime, createdBefore: sampleTime + 100 })],
    ['tasks_of_stage', count({ status: ['FAILED'], endedAfter: sampleTime })],
    ['tasks_of_all', all({})],
    ['tasks_of_all', all({ label: 'x', search: 'ring' })],
    ['tasks_of_all', all({ status: ['FAILED'] }, 5)],
  ];
  const found = reads.map(async ([index, texts]) => (await texts).map((plan) => ({ plan, index })));
  return (await Promise.all(found)).flat();
}

it('lists with a filter, and feeds of a label or a group, read an index on SQLite, whatever else there is', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  seedTasks(file, 10, (index) => ({
    label: 'x',
    group: 'x',
    stage: index % 2 === 0 ? 'FAILED' : 'WAITING',
    createdAt: sampleTime + index * 20,
    completedAt: index % 2 === 0 ? sampleTime + index * 20 + 1 : null,
  }));
  using database = new DatabaseSync(file);
  const queriesOf: Queries = async (read) => {
    const queries: string[] = [];
    await read(kyselyOf<Database>(database, noteTo(queries)));
    return queries;
  };
  const found = await plansOfReads(async (read) =>
    (await queriesOf(read)).map((sql) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .filter((step) => /\btasks\b/.test(step))
        .join('\n'),
    ),
  );
  expect(found).toHaveLength(17);
  for (const { plan, index } of found) {
    // No row is fetched for a stage, a provider or a time.
    const covering = index === 'tasks_of_stage' || index === 'tasks_listed' ? 'COVERING ' : '(COVERING )?';
    expect(plan).toMatch(new RegExp(`^SEARCH tasks USING ${covering}INDEX ${index} `));
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
      stage: `case when i % 50 = 0 then 'FAILED' else 'WAITING' end`,
      created_at: `created_at + i`,
      completed_at: `case when i % 50 = 0 then created_at + i + 1 end`,
    };
    // Within one transaction, each update of a count passes over all versions before it.
    await client.query('alter table tasks disable trigger user');
    await client.query(
      `insert into tasks (${fields.map(({ name }) => name).join()})
       select ${fields.map(({ name }) => values[name] ?? name).join()}
       from generate_series(2, 20000) i, (select * from tasks limit 1)`,
    );
    await client.query(`insert into task_counts values ('${local}', 'KIE', 'FAILED', 400)`);
    await client.query(
      `insert into task_spans select owner, number / 4096, count(*), min(created_at), max(created_at), min(completed_at),
       max(completed_at) from tasks group by 1, 2 on conflict (owner, span) do update set last_created = excluded.last_created`,
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
    expect(found.length).toBeGreaterThanOrEqual(10);
    for (const { plan, index: wanted } of found) {
      // The number of tasks in a range of numbers costs the same by either.
      const index = wanted === 'tasks_listed' ? '(tasks_listed|tasks_of_stage)' : wanted;
      expect(plan).toMatch(new RegExp(`Index (Only )?Scan (Backward )?using ${index} `));
    }
  } finally {
    await client.end();
    await pool.end();
  }
});
