import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The content of hints and of reasons in the history, as JSON; earlier ones have only their text. */
export const messageContents: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('tasks').addColumn('hint_messages', 'text').execute();
    await db.schema.alterTable('transitions').addColumn('reason_messages', 'text').execute();
  },
};
