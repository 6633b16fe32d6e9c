import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { idsInLockOrder } from './lock-rows.ts';
import type { Database } from '../tables/database.ts';
import type { ProviderName } from '../../domain/video-task.ts';

/** Rows that one statement reads, and rows that it writes: some 10 ms each. */
const readSize = 5000;
const writeSize = 500;

/** The newest time that unfinished tasks carry: the clock showed it once. Null when there are none. */
export async function readLatestTime(db: Kysely<Database>): Promise<number | null> {
  const open = db
    .selectFrom('tasks')
    .select(['owner', 'revision', 'created_at', 'updated_at', 'last_checked_at'])
    .where('completed_at', 'is', null)
    .orderBy('owner')
    .orderBy('revision')
    .limit(readSize);
  let latest: number | null = null;
  let rows = await open.execute();
  for (;;) {
    for (const { created_at, updated_at, last_checked_at } of rows) {
      latest = Math.max(latest ?? 0, created_at, updated_at, last_checked_at ?? 0);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < readSize) return latest;
    rows = await open
      .where((expression) =>
        expression(
          expression.refTuple('owner', 'revision'),
          '>',
          expression.tuple(last.owner, last.revision),
        ),
      )
      .execute();
  }
}

/**
 * Brings what was planned by a clock that has since been set back forward by `byMs`.
 *
 * Leases of a sole owner and the create budget move in one transaction; the due times of tasks without a lease follow in slices, soonest
 * first, so that none is moved twice. A task that is planned while this runs may become due too early.
 */
export async function shiftPlans(
  db: Kysely<Database>,
  { isSoleOwner }: Pick<Dialect, 'isSoleOwner'>,
  provider: ProviderName,
  { byMs, leasesUntil }: { readonly byMs: number; readonly leasesUntil: number },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (isSoleOwner) {
      await trx
        .updateTable('tasks')
        .set((expression) => ({
          due_at: expression('due_at', '-', byMs),
          lease_until: expression('lease_until', '-', byMs),
        }))
        .where('provider', '=', provider)
        .where('lease_owner', 'is not', null)
        .execute();
    } else {
      // That of a process that lives is renewed before; no other may keep its task until the old time comes again.
      await trx
        .updateTable('tasks')
        .set({ lease_until: leasesUntil })
        .where(
          'id',
          'in',
          idsInLockOrder(
            trx
              .selectFrom('tasks')
              .select('id')
              .where('provider', '=', provider)
              .where('lease_owner', 'is not', null)
              .where('lease_until', '>', leasesUntil),
          ),
        )
        .execute();
    }
    await trx
      .updateTable('create_budget')
      .set((expression) => ({ at: expression('at', '-', byMs) }))
      .where('provider', '=', provider)
      .execute();
    await trx
      .updateTable('create_pauses')
      .set((expression) => ({ until: expression('until', '-', byMs) }))
      .where('provider', '=', provider)
      .execute();
  });
  // Literals, as the indexes are partial.
  await shiftDueTimes(db, provider, byMs, sql<boolean>`next_action = 'check' and lease_owner is null`);
  for (const stage of ['WAITING', 'SUBMITTING'] as const) {
    await shiftDueTimes(
      db,
      provider,
      byMs,
      sql<boolean>`stage = ${sql.lit(stage)} and next_action = 'submit' and lease_owner is null`,
    );
  }
}

async function shiftDueTimes(
  db: Kysely<Database>,
  provider: ProviderName,
  byMs: number,
  isPlanned: RawBuilder<boolean>,
): Promise<void> {
  for (let after: number | undefined; ;) {
    const start = after;
    const last = await db
      .selectFrom('tasks')
      .select('due_at')
      .where('provider', '=', provider)
      .where(isPlanned)
      .where('due_at', 'is not', null)
      .$if(start !== undefined, (query) => query.where('due_at', '>', start ?? 0))
      .orderBy('due_at')
      .offset(writeSize - 1)
      .limit(1)
      .executeTakeFirst();
    const end = last?.due_at ?? undefined;
    await db
      .updateTable('tasks')
      .set((expression) => ({ due_at: expression('due_at', '-', byMs) }))
      .where('provider', '=', provider)
      .where(isPlanned)
      .$if(start !== undefined, (query) => query.where('due_at', '>', start ?? 0))
      .$if(end !== undefined, (query) => query.where('due_at', '<=', end ?? 0))
      .execute();
    if (end === undefined) return;
    after = end;
  }
}
