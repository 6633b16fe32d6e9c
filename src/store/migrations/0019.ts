import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The search index knows the gaps between words (store/search/grams.ts): one without them is built anew in the background. */
export const searchGaps: Migration = {
  async up(db: Kysely<never>) {
    await sql`update search_segments set state = 'dropped'`.execute(db);
    await sql`delete from search_changes`.execute(db);
  },
};
