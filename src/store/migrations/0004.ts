import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Claims and due times cost the same however many tasks and owners wait. */
export const fairness: Migration = {
  async up(db: Kysely<never>) {
    // What is due to be sent first, of all owners.
    await db.schema
      .createIndex('tasks_waiting_due')
      .on('tasks')
      .columns(['provider', 'due_at', 'owner'])
      .where('stage' as never, '=', 'WAITING')
      .where('next_action' as never, '=', 'submit')
      .where('lease_owner' as never, 'is', null)
      .execute();
    // What is due to be checked first, of all and of each owner.
    await db.schema.dropIndex('tasks_checks').execute();
    await db.schema
      .createIndex('tasks_checks')
      .on('tasks')
      .columns(['provider', 'due_at', 'owner'])
      .where('next_action' as never, '=', 'check')
      .where('lease_owner' as never, 'is', null)
      .execute();
    await db.schema
      .createIndex('tasks_owner_checks')
      .on('tasks')
      .columns(['provider', 'owner', 'due_at', 'number'])
      .where('next_action' as never, '=', 'check')
      .where('lease_owner' as never, 'is', null)
      .execute();
  },
};
