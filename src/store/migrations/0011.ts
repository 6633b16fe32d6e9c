import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What several instances know together. */
export const instances: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('instances')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('own_media', 'integer', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('duties')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('provider_states')
      .addColumn('provider', 'text', (column) => column.primaryKey())
      .addColumn('breaker', 'text')
      .addColumn('called_back_at', 'bigint')
      .execute();
  },
};
