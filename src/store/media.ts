import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/**
 * Notes that a file of this key is about to be written. Who ends before a row names it leaves the note: so files are
 * only ever swept that this very database began, never what another one, or a backup of it, names.
 */
export async function beginMedia(db: Kysely<Database>, key: string, at: number): Promise<void> {
  await db.insertInto('begun_media').values({ media_key: key, at }).execute();
}

/** A row names the file now: written with that row. */
export async function nameMedia(db: Kysely<Database>, key: string): Promise<void> {
  await db.deleteFrom('begun_media').where('media_key', '=', key).execute();
}

/** Forgets what was begun before a time and never named; answers the keys. */
export async function sweepMedia(db: Kysely<Database>, before: number): Promise<readonly string[]> {
  const rows = await db.deleteFrom('begun_media').where('at', '<', before).returning('media_key').execute();
  return rows.map((row) => row.media_key);
}
