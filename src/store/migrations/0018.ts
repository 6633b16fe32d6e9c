import { PostgresAdapter, sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What a search looks into, and what tells whether a task is in a list at all. Two triggers: one that looks at prompts would
 * read them at each change of an id.
 */
const columns = {
  task_is_found_by_id: ['provider_task_id', 'tracked_id', 'deleted_at'],
  task_is_found_by_text: ['prompt', 'label'],
};
const noteChange = sql.raw(`
  insert into search_changes (owner, number, revision, at)
  select new.owner, new.number, new.revision, new.updated_at
  where exists (select 1 from search_segments where owner = new.owner and last_number >= new.number)
  on conflict (owner, number) do update set revision = excluded.revision`);

/**
 * The search index, empty: it is built in the background (store/search). Triggers note the tasks that change after they
 * were indexed, so that nothing that writes a task can forget it; most change only before.
 */
export const searchIndex: Migration = {
  async up(db: Kysely<never>) {
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    const bytes = isPostgres ? 'bytea' : 'blob';
    await db.schema
      .createTable('search_segments')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('first_number', 'bigint', (column) => column.notNull())
      .addColumn('last_number', 'bigint', (column) => column.notNull())
      .addColumn('rows', 'integer', (column) => column.notNull())
      .addColumn('first_grams', bytes, (column) => column.notNull())
      .addColumn('first_numbers', bytes, (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('search_segments_owner')
      .on('search_segments')
      .columns(['owner', 'last_number'])
      .execute();
    await db.schema
      .createTable('search_pages')
      // SQLite has a table with this key alone, and no index beside it.
      .addColumn('id', isPostgres ? 'bigint' : 'integer', (column) => column.primaryKey())
      .addColumn('data', bytes, (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('search_changes')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('search_changes_key', ['owner', 'number'])
      .execute();
    if (isPostgres) {
      // A page stays in its row and as it is: it is shorter than a page of the table, and compressed already.
      await sql`alter table search_pages alter column data set storage main`.execute(db);
      await sql`
        create function note_found_task() returns trigger language plpgsql as $$
        begin ${noteChange}; return null; end $$`.execute(db);
    }
    const differs = isPostgres ? 'is distinct from' : 'is not';
    for (const [name, watched] of Object.entries(columns)) {
      const isChanged = sql.raw(
        watched.map((column) => `old.${column} ${differs} new.${column}`).join(' or '),
      );
      const trigger = sql.raw(`create trigger ${name} after update of ${watched.join()} on tasks`);
      await (
        isPostgres
          ? sql`${trigger} for each row when (${isChanged}) execute function note_found_task()`
          : sql`${trigger} when ${isChanged} begin ${noteChange}; end`
      ).execute(db);
    }
  },
};
