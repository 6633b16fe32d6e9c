import type { SelectQueryBuilder } from 'kysely';
import type { Database } from '../tables/database.ts';

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
