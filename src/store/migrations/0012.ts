import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Facts that providers report now and then. */
export const providerFacts: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('provider_facts')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('provider_facts_key', ['provider', 'key'])
      .execute();
  },
};
