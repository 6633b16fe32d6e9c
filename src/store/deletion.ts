import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { fromRow } from './task-row.ts';

/** How many rows one transaction removes: some 20 ms, and others wait for no more. */
const batchSize = 100;

/**
 * Removes what is left of tasks that were deleted before a time. Their ledger and their idempotency keys stay.
 *
 * @returns the media keys that they had
 */
export async function purgeDeleted(db: Kysely<Database>, before: number): Promise<readonly string[]> {
  const mediaKeys: string[] = [];
  for (;;) {
    const purged = await db.transaction().execute(async (trx) => {
      const rows = await trx
        .deleteFrom('tasks')
        .where('id', 'in', (query) =>
          query.selectFrom('tasks').select('id').where('deleted_at', '<', before).limit(batchSize),
        )
        .returningAll()
        .execute();
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await trx.deleteFrom('transitions').where('task_id', 'in', ids).execute();
      return rows.map(fromRow);
    });
    mediaKeys.push(...purged.flatMap(({ video }) => (video === null ? [] : [video.mediaKey])));
    if (purged.length < batchSize) return mediaKeys;
  }
}
