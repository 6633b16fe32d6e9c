import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The negative prompt of a task, and its sound: earlier tasks have the model's default. */
export const soundAndAvoidance: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('tasks').addColumn('negative_prompt', 'text').execute();
    await db.schema.alterTable('tasks').addColumn('audio', 'text').execute();
  },
};
