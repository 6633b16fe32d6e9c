import { sql, type Kysely, type Transaction } from 'kysely';
import { releaseMedia } from './begun-media.ts';
import { dropMedia, storeMedia } from './stored-media.ts';
import type { Database } from '../tables/database.ts';
import type { Owner, Upload } from '../../domain/video-task.ts';

/** Keeps what is known of an uploaded image. */
export async function insertUpload(trx: Transaction<Database>, upload: Upload): Promise<void> {
  await storeMedia(trx, [
    { key: upload.mediaKey, kind: 'upload', taskId: null, bytes: upload.bytes, at: upload.createdAt },
  ]);
  await trx
    .insertInto('uploads')
    .values({
      id: upload.id,
      owner: upload.owner,
      media_key: upload.mediaKey,
      content_type: upload.contentType,
      width: upload.width,
      height: upload.height,
      created_at: upload.createdAt,
      used_at: upload.usedAt,
      bytes: upload.bytes,
    })
    .execute();
}

/** Marked as used in the statement that finds it, so that a sweep in between cannot take it. */
export async function useUpload(
  db: Kysely<Database>,
  owner: Owner,
  id: string,
  now: number,
): Promise<Upload | null> {
  const row = await db
    .updateTable('uploads')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : fromUploadRow(row);
}

/** The same without a mark. */
export async function readUpload(db: Kysely<Database>, owner: Owner, id: string): Promise<Upload | null> {
  const row = await db
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return row === undefined ? null : fromUploadRow(row);
}

const fromUploadRow = (row: Database['uploads']): Upload => ({
  id: row.id,
  owner: row.owner as Owner,
  mediaKey: row.media_key,
  contentType: row.content_type,
  width: row.width,
  height: row.height,
  createdAt: row.created_at,
  usedAt: row.used_at,
  bytes: row.bytes,
});

/** A file counts as this at least: so the sum of an owner at the limit is one of a bounded number of rows. */
const leastBytes = 65_536;

/** The size of the uploads of an owner, in bytes. */
export async function sumUploadBytes(db: Kysely<Database>, owner: Owner): Promise<number> {
  const { total } = await db
    .selectFrom('uploads')
    .select(
      sql<number | null>`sum(case when bytes < ${leastBytes} then ${leastBytes} else bytes end)`.as('total'),
    )
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow();
  return total ?? 0;
}

/** Rows that one transaction removes: a writer waits for no more. */
const batchSize = 500;

/**
 * Forgets uploads that were last used before a time; their files are released in the same transaction. A task is long
 * over when its images were last used a month ago, so uses alone decide.
 */
export async function sweepUploads(db: Kysely<Database>, usedBefore: number): Promise<void> {
  for (;;) {
    const swept = await db.transaction().execute(async (trx) => {
      const rows = await trx
        .deleteFrom('uploads')
        .where('id', 'in', (query) =>
          query.selectFrom('uploads').select('id').where('used_at', '<', usedBefore).limit(batchSize),
        )
        // One that is used at this moment stays: the inner query saw it as it was.
        .where('used_at', '<', usedBefore)
        .returning('media_key')
        .execute();
      const keys = rows.map((row) => row.media_key);
      await dropMedia(trx, keys);
      await releaseMedia(trx, keys);
      return rows.length;
    });
    if (swept < batchSize) return;
  }
}
