import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The content of hints and of reasons in the history, as JSON; earlier ones have only their text. */
export const messageContents: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('tasks').addColumn('hint_messages', 'text').execute();
    await db.schema.alterTable('transitions').addColumn('reason_messages', 'text').execute();
  },
};

/** The label of what was booked, for costs by label, and the index that costs by day read. */
export const costsByDay: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('ledger').addColumn('label', 'text').execute();
    await sql`
      update ledger set label = tasks.label from tasks
      where tasks.id = ledger.task_id and tasks.label is not null`.execute(db);
    await db.schema.createIndex('ledger_days').on('ledger').columns(['owner', 'at', 'task_id']).execute();
  },
};
