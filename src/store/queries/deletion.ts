import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../tables/database.ts';

/** Rows that one transaction removes: some 20 ms, and others wait for no more. */
const batchSize = 100;
/** Between two of them others come first: without a pause every read would wait for a batch. */
const pauseMs = 20;

/**
 * Removes what is left of tasks that were deleted before a time. Their ledger and their idempotency keys stay; their files
 * were released when they were deleted.
 *
 * @param signal ends it after the present batch; the next call finds the rest
 */
export async function purgeDeleted(
  db: Kysely<Database>,
  { locksRows }: Pick<Dialect, 'locksRows'>,
  before: number,
  signal?: AbortSignal,
): Promise<void> {
  while (!isAborted(signal)) {
    const purged = await db.transaction().execute(async (trx) => {
      const rows = await trx
        .deleteFrom('tasks')
        .where('id', 'in', (query) =>
          query
            .selectFrom('tasks')
            .select('id')
            .where('deleted_at', '<', before)
            .limit(batchSize)
            .$if(locksRows, (found) => found.forUpdate().skipLocked()),
        )
        .returning('id')
        .execute();
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await trx.deleteFrom('transitions').where('task_id', 'in', ids).execute();
      return rows.length;
    });
    if (purged < batchSize) return;
    await setTimeout(pauseMs);
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
