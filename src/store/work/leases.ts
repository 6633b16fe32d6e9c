import type { Transaction } from 'kysely';
import { prepared } from '../queries/prepared.ts';
import { paddedLengths, paddedList } from '../reads/padded-list.ts';
import type { Dialect } from '../dialect.ts';
import { idsInLockOrder } from './lock-rows.ts';
import type { ClaimRequest } from '../store.ts';
import type { Database } from '../tables/database.ts';
import { taskColumns, type TaskRow } from '../tables/tasks.ts';
import type { Transact } from '../transactions.ts';
import type { TaskId } from '../../domain/video-task.ts';

/** Frees expired leases. Other instances may do so at once: each frees those that no other has locked. */
export async function freeExpired(
  trx: Transaction<Database>,
  { locksRows }: Pick<Dialect, 'locksRows'>,
  { provider, now }: ClaimRequest,
): Promise<void> {
  await trx.executeQuery((locksRows ? freeUnlocked : free)(trx, { provider, now }));
}

type Expired = Pick<ClaimRequest, 'now'> & { readonly provider: string };

const free = prepared<Expired>((db, { provider, now }) =>
  db
    .updateTable('tasks')
    .set({ lease_owner: null, lease_until: null })
    .where('provider', '=', provider)
    .where('lease_owner', 'is not', null)
    .where('lease_until', '<', now)
    .compile(),
);

const freeUnlocked = prepared<Expired>((db, { provider, now }) =>
  db
    .updateTable('tasks')
    .set({ lease_owner: null, lease_until: null })
    .where(
      'id',
      'in',
      db
        .selectFrom('tasks')
        .select('id')
        .where('provider', '=', provider)
        .where('lease_owner', 'is not', null)
        .where('lease_until', '<', now)
        .forUpdate()
        .skipLocked(),
    )
    .compile(),
);

/** Gives tasks to a claim, which writes nothing after it; returns them. */
export async function takeLeases(
  trx: Transaction<Database>,
  ids: readonly string[],
  leaseOwner: string,
  leaseUntil: number,
): Promise<readonly TaskRow[]> {
  const list = paddedList(ids);
  const take = takes.get(list.length) ?? takeMany(list.length);
  return (
    await trx.executeQuery(take(trx, { leaseOwner, leaseUntil, ...Object.fromEntries(list.entries()) }))
  ).rows;
}

const takeMany = (count: number) =>
  prepared<
    { readonly leaseOwner: string; readonly leaseUntil: number; readonly [index: number]: string },
    TaskRow
  >(
    (db, values) =>
      db
        .updateTable('tasks')
        .set({ lease_owner: values.leaseOwner, lease_until: values.leaseUntil })
        .where(
          'id',
          'in',
          Array.from({ length: count }, (_, index) => values[index] ?? ''),
        )
        .returning(taskColumns)
        .compile(),
    { isLast: true },
  );
/** By the number of ids, for the lengths that lists are padded to. */
const takes = new Map(paddedLengths.map((count) => [count, takeMany(count)]));

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
