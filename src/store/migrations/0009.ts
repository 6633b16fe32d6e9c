import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which database an epoch belongs to, where databases can be told apart. */
export const epochIdentity: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('epochs').addColumn('identity', 'text').execute();
  },
};
