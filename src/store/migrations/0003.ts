import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { endOfCalendar } from '../../domain/calendar.ts';

/**
 * Plans beyond the calendar, which earlier versions could make, become due; waiting tasks are found by their age;
 * files that no row names are known.
 */
export const bounds: Migration = {
  async up(db: Kysely<never>) {
    await sql`update tasks set due_at = updated_at where due_at > ${endOfCalendar}`.execute(db);
    await sql`delete from create_pauses where until > ${endOfCalendar}`.execute(db);
    await db.schema
      .createTable('begun_media')
      .addColumn('media_key', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('tasks_waiting_since')
      .on('tasks')
      .columns(['provider', 'created_at'])
      .where('stage' as never, '=', 'WAITING')
      .execute();
  },
};
