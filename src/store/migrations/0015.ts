import { setImmediate } from 'node:timers/promises';
import { PostgresAdapter, sql, type Kysely, type RawBuilder } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The status of a stage, as it was when this was written. */
const statusOf = (stage: string): RawBuilder<unknown> =>
  sql.raw(
    `case ${stage} when 'WAITING' then 'QUEUED' when 'SUBMITTING' then 'QUEUED'` +
      ` when 'SUBMISSION_UNKNOWN' then 'PROCESSING' when 'GENERATING' then 'PROCESSING' else ${stage} end`,
  );
/** Numbers of one span, as `spanNumbers` in reads/task-spans.ts. */
const spanOf = (number: string): RawBuilder<unknown> => sql.raw(`cast(${number} / 4096 as bigint)`);

const addNew = sql`
  insert into task_counts (owner, provider, status, count) values (new.owner, new.provider, ${statusOf('new.stage')}, 1)
  on conflict (owner, provider, status) do update set count = task_counts.count + 1`;
const dropOld = sql`
  update task_counts set count = count - 1
  where owner = old.owner and provider = old.provider and status = ${statusOf('old.stage')}`;
const widen = (first: string, last: string): RawBuilder<unknown> =>
  sql.raw(
    `${first} = case when task_spans.${first} < excluded.${first} then task_spans.${first}` +
      ` else coalesce(excluded.${first}, task_spans.${first}) end,` +
      ` ${last} = case when task_spans.${last} > excluded.${last} then task_spans.${last}` +
      ` else coalesce(excluded.${last}, task_spans.${last}) end`,
  );
/** Adds to the span of a task. */
const addToSpan = (tasks: number): RawBuilder<unknown> => sql`
  insert into task_spans (owner, span, tasks, first_created, last_created, first_ended, last_ended)
  values (new.owner, ${spanOf('new.number')}, ${sql.lit(tasks)}, new.created_at, new.created_at,
    new.completed_at, new.completed_at)
  on conflict (owner, span) do update set tasks = task_spans.tasks + excluded.tasks,
    ${widen('first_created', 'last_created')}, ${widen('first_ended', 'last_ended')}`;
const leaveSpan = sql`
  update task_spans set tasks = tasks - 1 where owner = old.owner and span = ${spanOf('old.number')}`;

/** Only these changes take time. */
const comes = sql`new.deleted_at is null`;
const moves = sql`old.deleted_at is null and new.deleted_at is null
  and ${statusOf('old.stage')} <> ${statusOf('new.stage')}`;
const ends = sql`new.deleted_at is null and new.completed_at is not null
  and (old.completed_at is null or old.completed_at <> new.completed_at)`;
const goes = sql`old.deleted_at is null and new.deleted_at is not null`;

/** Entries of an index that one statement of the migration reads: some 100 ms. */
const tasksAtOnce = 250_000;

/**
 * Lists with a filter read the tasks that match, and no others; totals are known.
 *
 * `task_counts` has the numbers of each owner instead of those of all. `task_spans` has, for each owner and each span of
 * 4,096 numbers, the number of tasks and the times between which they were made and ended, so that a list of a time skips
 * the others. The times are never narrowed. Both are without deleted tasks, and kept by triggers.
 *
 * With 1,000,000 tasks the indexes take 2 to 4 s to build, once.
 */
export const filters: Migration = {
  async up(db: Kysely<never>) {
    await createIndexes(db);
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    for (const name of ['task_comes', 'task_moves', 'task_goes']) {
      await sql`drop trigger ${sql.ref(name)} ${sql.raw(isPostgres ? 'on tasks' : '')}`.execute(db);
      if (isPostgres) await sql`drop function ${sql.ref(name)}()`.execute(db);
    }
    await db.schema.dropTable('task_counts').execute();
    await createTables(db);
    await countTasks(db);
    const create = isPostgres ? createFunctionTrigger : createTrigger;
    await create(db, 'task_comes', sql`insert`, comes, [addNew, addToSpan(1)]);
    await create(db, 'task_moves', sql`update of stage`, moves, [dropOld, addNew]);
    await create(db, 'task_ends', sql`update of completed_at`, ends, [addToSpan(0)]);
    await create(db, 'task_goes', sql`update of deleted_at`, goes, [dropOld, leaveSpan]);
  },
};

async function createIndexes(db: Kysely<never>): Promise<void> {
  for (const earlier of ['tasks_live', 'tasks_listed'])
    await db.schema.dropIndex(earlier).ifExists().execute();
  const times = ['created_at', 'completed_at', 'deleted_at'];
  await db.schema
    .createIndex('tasks_listed')
    .on('tasks')
    // Without the stage, so that most changes of a task do not write it.
    // `deleted_at` is always null in it; without it SQLite would fetch each row to see that.
    .columns(['owner', 'number', ...times])
    .where('deleted_at' as never, 'is', null)
    .execute();
  await db.schema
    .createIndex('tasks_of_stage')
    .on('tasks')
    .columns(['owner', 'stage', 'provider', 'number', ...times])
    .where('deleted_at' as never, 'is', null)
    .execute();
}

async function createTables(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('task_counts')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('task_counts_of_owner', ['owner', 'provider', 'status'])
    .execute();
  await db.schema
    .createTable('task_spans')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('span', 'bigint', (column) => column.notNull())
    .addColumn('tasks', 'bigint', (column) => column.notNull())
    .addColumn('first_created', 'bigint', (column) => column.notNull())
    .addColumn('last_created', 'bigint', (column) => column.notNull())
    .addColumn('first_ended', 'bigint')
    .addColumn('last_ended', 'bigint')
    .addPrimaryKeyConstraint('task_spans_key', ['owner', 'span'])
    .execute();
}

/** Counts the tasks that are there, owner by owner, and a part of one with many. Reads the indexes alone. */
async function countTasks(db: Kysely<never>): Promise<void> {
  await sql`
    insert into task_counts (owner, provider, status, count)
    select owner, provider, status, sum(tasks) from (
      select owner, provider, ${statusOf('stage')} as status, count(*) as tasks from tasks where deleted_at is null
      group by owner, stage, provider
    ) as by_stage group by owner, provider, status`.execute(db);
  const { rows: owners } = await sql<{ owner: string; tasks: number }>`
    select owner, sum(count) as tasks from task_counts group by owner`.execute(db);
  for (const { owner, tasks } of owners) {
    const parts = Math.ceil(tasks / tasksAtOnce);
    const { rows } = await sql<{ last: number }>`
      select max(number) as last from tasks where owner = ${owner} and deleted_at is null`.execute(db);
    const spans = Math.ceil(((rows[0]?.last ?? 0) + 1) / 4096 / parts);
    for (let part = 0; part < parts; part += 1) {
      await sql`
        insert into task_spans (owner, span, tasks, first_created, last_created, first_ended, last_ended)
        select owner, ${spanOf('number')}, count(*), min(created_at), max(created_at), min(completed_at), max(completed_at)
        from tasks
        where owner = ${owner} and deleted_at is null
          and number >= ${part * spans * 4096} and number < ${(part + 1) * spans * 4096}
        group by owner, ${spanOf('number')}`.execute(db);
      await setImmediate();
    }
  }
}

type Create = (
  db: Kysely<never>,
  name: string,
  event: RawBuilder<unknown>,
  when: RawBuilder<unknown>,
  statements: readonly RawBuilder<unknown>[],
) => Promise<void>;

/** Of SQLite. */
const createTrigger: Create = async (db, name, event, when, statements) => {
  await sql`
    create trigger ${sql.ref(name)} after ${event} on tasks when ${when}
    begin ${sql.join(statements, sql`; `)}; end`.execute(db);
};

/**
 * Of PostgreSQL. Every change that it counts holds the counter of revisions by then, so that none waits for another that
 * waits for it.
 */
const createFunctionTrigger: Create = async (db, name, event, when, statements) => {
  await sql`
    create function ${sql.ref(name)}() returns trigger language plpgsql as $$
    begin ${sql.join(statements, sql`; `)}; return null; end $$`.execute(db);
  await sql`
    create trigger ${sql.ref(name)} after ${event} on tasks for each row when (${when})
    execute function ${sql.ref(name)}()`.execute(db);
};
