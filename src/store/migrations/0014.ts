import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Groups of tasks, the length of a prompt's frame, and the indexes behind lists and feeds of a label or a group. They hold
 * only tasks that have one, so that others cost nothing.
 */
export const groups: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('tasks').addColumn('task_group', 'text').execute();
    await db.schema.alterTable('tasks').addColumn('frame_length', 'integer').execute();
    for (const column of ['label', 'task_group']) {
      await db.schema
        .createIndex(`tasks_${column}_list`)
        .on('tasks')
        .columns(['owner', column, 'number', 'deleted_at'])
        .where('deleted_at' as never, 'is', null)
        .where(column as never, 'is not', null)
        .execute();
      // Deleted tasks are in feeds too.
      await db.schema
        .createIndex(`tasks_${column}_feed`)
        .on('tasks')
        .columns(['owner', column, 'revision'])
        .where(column as never, 'is not', null)
        .execute();
    }
  },
};
