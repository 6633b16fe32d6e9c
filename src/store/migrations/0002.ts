import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Money, fair queues and tasks that were made elsewhere. */
export const money: Migration = {
  async up(db: Kysely<never>) {
    // The provider's id that a caller asked us to follow, even where another owner's task holds it.
    await db.schema.alterTable('tasks').addColumn('tracked_id', 'text').execute();
    await db.schema
      .createIndex('tasks_tracked')
      .unique()
      .on('tasks')
      .columns(['provider', 'owner', 'tracked_id'])
      .where('tracked_id' as never, 'is not', null)
      .execute();

    // One index for each kind of work, so that a long queue of one hides nothing of the others.
    await db.schema.dropIndex('tasks_due').execute();
    await db.schema
      .createIndex('tasks_checks')
      .on('tasks')
      .columns(['provider', 'due_at'])
      .where('next_action' as never, '=', 'check')
      .where('lease_owner' as never, 'is', null)
      .execute();
    await db.schema
      .createIndex('tasks_waiting')
      .on('tasks')
      .columns(['provider', 'owner', 'due_at', 'number'])
      .where('stage' as never, '=', 'WAITING')
      .execute();
    await db.schema
      .createIndex('tasks_submitting')
      .on('tasks')
      .columns(['provider', 'due_at'])
      .where('stage' as never, '=', 'SUBMITTING')
      .execute();
    await db.schema
      .createIndex('tasks_deleted')
      .on('tasks')
      .column('deleted_at')
      .where('deleted_at' as never, 'is not', null)
      .execute();

    // What each task's attempt costs, in millionths of a dollar; stays when the task is deleted.
    await db.schema
      .createTable('ledger')
      .addColumn('task_id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('month', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('micros', 'bigint', (column) => column.notNull())
      .addColumn('credits', 'double precision')
      .addColumn('settled', 'integer', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('ledger_unsettled')
      .on('ledger')
      .columns(['owner', 'month'])
      .where('settled' as never, '=', 0)
      .execute();
    // The sum of an owner's ledger in a month: its lock puts the reservations of a budget into order.
    await db.schema
      .createTable('spending')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('month', 'text', (column) => column.notNull())
      .addColumn('micros', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('spending_pk', ['owner', 'month'] as never)
      .execute();

    // Whose turn was when: the owner whose turn is longest ago is sent next.
    await db.schema
      .createTable('turns')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('turn', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('turns_pk', ['provider', 'owner'] as never)
      .execute();
    // A provider that said "not now" is left alone until then.
    await db.schema
      .createTable('create_pauses')
      .addColumn('provider', 'text', (column) => column.primaryKey())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
  },
};
