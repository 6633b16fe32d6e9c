import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The number of open tasks of each owner, which has a limit. */
export const openTasks: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('open_tasks')
      .addColumn('owner', 'text', (column) => column.primaryKey())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .execute();
    await sql`
      insert into open_tasks (owner, count)
      select owner, count(*) from tasks where completed_at is null group by owner`.execute(db);
  },
};
