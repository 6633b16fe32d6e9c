import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The grams of the search index are exact (store/search/grams.ts): one of another form is built anew in the background. */
export const searchRuns: Migration = {
  async up(db: Kysely<never>) {
    await sql`update search_segments set state = 'dropped'`.execute(db);
    await sql`delete from search_changes`.execute(db);
  },
};
