import type { Kysely } from 'kysely';
import { prepared } from './prepared.ts';
import type { Database } from '../tables/database.ts';

/**
 * Notes that a file of this key is about to be written. Who ends before a row names it leaves the note: so files are
 * only ever swept that this very database began, never what another one, or a backup of it, names.
 */
export async function beginMedia(db: Kysely<Database>, key: string, at: number): Promise<void> {
  await db.executeQuery(begin(db, { key, at }));
}

const begin = prepared<{ key: string; at: number }>(
  (db, { key, at }) => db.insertInto('begun_media').values({ media_key: key, at }).compile(),
  { isBlind: true },
);

/** A row names the file now: written with that row. */
export async function nameMedia(db: Kysely<Database>, key: string): Promise<void> {
  await db.executeQuery(forget(db, { key }));
}

const forget = prepared<{ key: string }>(
  (db, { key }) => db.deleteFrom('begun_media').where('media_key', '=', key).compile(),
  { isBlind: true },
);

/** The time at which files count as begun that no row names any more: long ago, so that the next sweep removes them. */
const longAgo = 0;

/** Notes files that a deleted row had named. Written with the deletion: their keys are never without a row. */
export async function releaseMedia(db: Kysely<Database>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db
    .insertInto('begun_media')
    .values(keys.map((key) => ({ media_key: key, at: longAgo })))
    .onConflict((conflict) => conflict.column('media_key').doUpdateSet({ at: longAgo }))
    .execute();
}

/** Keys of files that were begun before a time and that nothing names, in order, after one of them. */
export async function unnamedMedia(
  db: Kysely<Database>,
  { begunBefore, after, limit }: { begunBefore: number; after: string; limit: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('begun_media')
    .select('media_key')
    .where('at', '<', begunBefore)
    .where('media_key', '>', after)
    .orderBy('media_key')
    .limit(limit)
    .execute();
  return rows.map((row) => row.media_key);
}

/** Forgets files that were removed. */
export async function forgetMedia(db: Kysely<Database>, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await db.deleteFrom('begun_media').where('media_key', 'in', keys).execute();
}
