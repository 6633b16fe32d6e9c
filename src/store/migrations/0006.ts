import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Uploads know their size, so that an owner can be held to a number of bytes. Earlier ones count as the least. */
export const uploadBytes: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .alterTable('uploads')
      .addColumn('bytes', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.createIndex('uploads_owner_bytes').on('uploads').columns(['owner', 'bytes']).execute();
  },
};
