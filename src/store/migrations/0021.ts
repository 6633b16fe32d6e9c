import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Lists of all owners, in the order of numbers: without an index each part of one read and sorted all tasks. A new task is
 * added at its end, and no change of a task writes it until the task is deleted. 1 s with 1,000,000 tasks, once.
 *
 * Of `number + 0`, so that no list of one owner reads it: PostgreSQL takes it for as good where one owner has most tasks.
 */
export const listsOfAll: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createIndex('tasks_of_all')
      .on('tasks')
      .expression(sql`(number + 0)`)
      .where('deleted_at' as never, 'is', null)
      .execute();
  },
};
