import { sql, type SelectQueryBuilder, type Transaction } from 'kysely';
import type { Owner } from '../../domain/video-task.ts';
import type { Database } from '../tables/database.ts';

/** The ids of tasks of which several are written at once: locked in the order in which all transactions do that. */
export const idsInLockOrder = (
  query: SelectQueryBuilder<Database, 'tasks', { id: string }>,
): SelectQueryBuilder<Database, 'tasks', { id: string }> => query.orderBy('id').forUpdate();

/**
 * The ids of the tasks that a query finds, locked until the end of its transaction if the database locks rows. Rows that
 * another transaction has locked are left out.
 */
export async function lockedIds(
  query: SelectQueryBuilder<Database, 'tasks', { id: string }>,
  locksRows: boolean,
): Promise<string[]> {
  const rows = await (locksRows ? query.forUpdate().skipLocked() : query).execute();
  return rows.map(({ id }) => id);
}

/** Due tasks of one owner, in the order in which they are to be done. */
export interface OwnerQueue {
  readonly owner: Owner;
  readonly ids: readonly string[];
}

/** The first so many tasks of each owner that a query finds, locked as by `lockedIds`: one statement where rows are locked. */
export async function lockedIdsByOwner(
  trx: Transaction<Database>,
  query: SelectQueryBuilder<Database, 'tasks', { id: string }>,
  { owners, limit, locksRows }: { owners: readonly Owner[]; limit: number; locksRows: boolean },
): Promise<readonly OwnerQueue[]> {
  if (owners.length === 0) return [];
  if (!locksRows) {
    const queues: OwnerQueue[] = [];
    for (const owner of owners) {
      queues.push({ owner, ids: await lockedIds(query.where('owner', '=', owner).limit(limit), locksRows) });
    }
    return queues;
  }
  const ofOwner = query.where('owner', '=', sql.ref<string>('owners.owner')).limit(limit);
  const { rows } = await sql<{ readonly owner: string; readonly id: string }>`
    select owners.owner, due.id from unnest(${owners}::text[]) as owners(owner)
    cross join lateral (${ofOwner.forUpdate().skipLocked()}) as due`.execute(trx);
  const byOwner = Map.groupBy(rows, ({ owner }) => owner);
  return owners.map((owner) => ({ owner, ids: (byOwner.get(owner) ?? []).map(({ id }) => id) }));
}
