import { PostgresAdapter, sql, type Kysely, type RawBuilder } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The status of a stage, as it was when this was written. */
const statusOf = (stage: string): RawBuilder<unknown> =>
  sql.raw(
    `case ${stage} when 'WAITING' then 'QUEUED' when 'SUBMITTING' then 'QUEUED'` +
      ` when 'SUBMISSION_UNKNOWN' then 'PROCESSING' when 'GENERATING' then 'PROCESSING' else ${stage} end`,
  );
const addNew = sql`
  insert into task_counts (provider, status, count) values (new.provider, ${statusOf('new.stage')}, 1)
  on conflict (provider, status) do update set count = task_counts.count + 1`;
const dropOld = sql`
  update task_counts set count = count - 1
  where provider = old.provider and status = ${statusOf('old.stage')}`;
/** Only these changes take time: a task has three of them in its life. */
const comes = sql`new.deleted_at is null`;
const moves = sql`old.deleted_at is null and new.deleted_at is null
  and ${statusOf('old.stage')} <> ${statusOf('new.stage')}`;
const goes = sql`old.deleted_at is null and new.deleted_at is not null`;

/**
 * The number of tasks by provider and status, without deleted ones. Kept by triggers, within the statements that write
 * tasks: to count a million rows takes seconds, and a statement more would be a round trip more.
 */
export const taskCounts: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('task_counts')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('task_counts_key', ['provider', 'status'])
      .execute();
    await sql`
      insert into task_counts (provider, status, count)
      select provider, ${statusOf('stage')}, count(*) from tasks where deleted_at is null
      group by provider, ${statusOf('stage')}`.execute(db);
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    const create = isPostgres ? createFunctionTrigger : createTrigger;
    await create(db, 'task_comes', sql`insert`, comes, [addNew]);
    await create(db, 'task_moves', sql`update of stage`, moves, [dropOld, addNew]);
    await create(db, 'task_goes', sql`update of deleted_at`, goes, [dropOld]);
  },
};

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
