import type { Transaction } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { idsInLockOrder } from './lock-rows.ts';
import type { ClaimRequest } from '../store.ts';
import type { Database } from '../tables/database.ts';
import type { Transact } from '../transactions.ts';
import type { TaskId } from '../../domain/video-task.ts';

/** Frees expired leases. Other instances may do so at once: each frees those that no other has locked. */
export async function freeExpired(
  trx: Transaction<Database>,
  { locksRows }: Pick<Dialect, 'locksRows'>,
  { provider, now }: ClaimRequest,
): Promise<void> {
  const free = trx.updateTable('tasks').set({ lease_owner: null, lease_until: null });
  if (!locksRows) {
    await free
      .where('provider', '=', provider)
      .where('lease_owner', 'is not', null)
      .where('lease_until', '<', now)
      .execute();
    return;
  }
  const expired = trx
    .selectFrom('tasks')
    .select('id')
    .where('provider', '=', provider)
    .where('lease_owner', 'is not', null)
    .where('lease_until', '<', now);
  await free.where('id', 'in', expired.forUpdate().skipLocked()).execute();
}

/** Keeps claimed work for longer; returns the ids of the tasks that these claims still hold. */
export async function renewLeases(
  transact: Transact,
  { locksRows }: Pick<Dialect, 'locksRows'>,
  leaseOwners: readonly string[],
  leaseUntil: number,
): Promise<readonly TaskId[]> {
  if (leaseOwners.length === 0) return [];
  const rows = await transact((trx) => {
    const held = trx.selectFrom('tasks').select('id').where('lease_owner', 'in', leaseOwners);
    return trx
      .updateTable('tasks')
      .set({ lease_until: leaseUntil })
      .where((expression) =>
        locksRows
          ? expression('id', 'in', idsInLockOrder(held))
          : expression('lease_owner', 'in', leaseOwners),
      )
      .returning('id')
      .execute();
  });
  return rows.map(({ id }) => id as TaskId);
}
