import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';
import type { ClaimRequest, CreateLimit, CreateReservation } from './store.ts';
import { fromRow } from './task-row.ts';
import type { ProviderName, VideoTask } from './video-task.ts';

/** Frees leases that ran out, then takes due work that nobody holds. */
export async function claimDueWork(
  db: Kysely<Database>,
  traits: { readonly locksRows: boolean },
  { provider, now, limit, leaseOwner, leaseUntil }: ClaimRequest,
): Promise<readonly VideoTask[]> {
  const rows = await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('tasks')
      .set({ lease_owner: null, lease_until: null })
      .where('provider', '=', provider)
      .where('lease_owner', 'is not', null)
      .where('lease_until', '<', now)
      .execute();
    const due = trx
      .selectFrom('tasks')
      .select('id')
      .where('provider', '=', provider)
      .where('next_action', 'is not', null)
      .where('lease_owner', 'is', null)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(limit);
    return trx
      .updateTable('tasks')
      .set({ lease_owner: leaseOwner, lease_until: leaseUntil })
      .where('id', 'in', traits.locksRows ? due.forUpdate().skipLocked() : due)
      .returningAll()
      .execute();
  });
  return rows.map(fromRow).toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
}

/** The soonest of: work that is waiting for its time, and a lease that may run out. */
export async function nextDueAt(db: Kysely<Database>, provider: ProviderName): Promise<number | null> {
  const waiting = await db
    .selectFrom('tasks')
    .select((expression) => expression.fn.min('due_at').as('at'))
    .where('provider', '=', provider)
    .where('next_action', 'is not', null)
    .where('lease_owner', 'is', null)
    .executeTakeFirstOrThrow();
  const leased = await db
    .selectFrom('tasks')
    .select((expression) => expression.fn.min('lease_until').as('at'))
    .where('provider', '=', provider)
    .where('lease_owner', 'is not', null)
    .executeTakeFirstOrThrow();
  const times = [waiting.at, leased.at === null ? null : leased.at + 1].filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** One place in the sliding window, or the time at which its oldest create leaves it. */
export function reserveCreate(
  db: Kysely<Database>,
  provider: ProviderName,
  { now, windowMs, max }: CreateLimit,
): Promise<CreateReservation> {
  return db.transaction().execute(async (trx): Promise<CreateReservation> => {
    await trx
      .deleteFrom('create_budget')
      .where('provider', '=', provider)
      .where('at', '<=', now - windowMs)
      .execute();
    const taken = await trx
      .selectFrom('create_budget')
      .select('at')
      .where('provider', '=', provider)
      .orderBy('at', 'desc')
      .limit(max)
      .execute();
    const oldest = taken.at(-1);
    if (taken.length >= max && oldest !== undefined) {
      return { kind: 'full', freeAt: oldest.at + windowMs };
    }
    await trx.insertInto('create_budget').values({ provider, at: now }).execute();
    return { kind: 'granted' };
  });
}
