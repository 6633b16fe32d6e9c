import { sql, type Kysely, type Transaction } from 'kysely';
import { prepared } from '../queries/prepared.ts';
import type { Dialect } from '../dialect.ts';
import type { Transact } from '../transactions.ts';
import { freeExpired, takeLeases } from './leases.ts';
import { lockedIds, lockedIdsByOwner } from './lock-rows.ts';
import type { DueOwners } from './due-owners.ts';
import { pickWaiting, waitingToBeSent } from './queue.ts';
import type { Database } from '../tables/database.ts';
import { shareSlots } from './share-slots.ts';
import type { ClaimRequest } from '../store.ts';
import { fromRow } from '../tables/tasks.ts';
import type { Owner, ProviderName, VideoTask } from '../../domain/video-task.ts';

/** Access of claims to the database. */
export interface ClaimContext {
  readonly transact: Transact;
  readonly dialect: Pick<Dialect, 'locksRows'>;
  readonly dueOwners: DueOwners;
}

/** Frees expired leases, then claims due work without a lease. */
export async function claimDueWork(
  { transact, dialect, dueOwners }: ClaimContext,
  request: ClaimRequest,
): Promise<readonly VideoTask[]> {
  const { leaseOwner, leaseUntil } = request;
  const traits = { ...dialect, dueOwners };
  const rows = await transact(async (trx) => {
    // They run in this order; where the database is far away, they are on their way at once.
    const picks = await Promise.all([
      freeExpired(trx, traits, request).then(() => []),
      ...(request.expiredBefore === undefined
        ? [
            pickInterrupted(trx, traits, request),
            pickChecks(trx, traits, request),
            pickWaiting(trx, traits, request),
          ]
        : [pickExpired(trx, traits, request.expiredBefore, request)]),
    ]);
    const ids = picks.flat().slice(0, request.limit);
    if (ids.length === 0) return [];
    return takeLeases(trx, ids, leaseOwner, leaseUntil);
  });
  return rows.map(fromRow).toSorted((a, b) => (a.work.dueAt ?? 0) - (b.work.dueAt ?? 0));
}

interface ClaimTraits {
  readonly locksRows: boolean;
  readonly dueOwners: DueOwners;
}

/** Attempts without a lease: the process that began them has ended. */
async function pickInterrupted(
  trx: Transaction<Database>,
  { locksRows }: { readonly locksRows: boolean },
  { provider, now, limit }: ClaimRequest,
): Promise<string[]> {
  const due = trx
    .selectFrom('tasks')
    .select('id')
    .where('provider', '=', provider)
    .where('stage', '=', sql.lit('SUBMITTING'))
    .where('lease_owner', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit);
  return lockedIds(due, locksRows);
}

/** Tasks that wait to be sent for longer than they may. */
async function pickExpired(
  trx: Transaction<Database>,
  { locksRows }: { readonly locksRows: boolean },
  expiredBefore: number,
  { provider, limit }: ClaimRequest,
): Promise<string[]> {
  const expired = waitingToBeSent(trx, provider)
    .where('created_at', '<=', expiredBefore)
    .orderBy('created_at')
    .limit(limit);
  return lockedIds(expired, locksRows);
}

/** Checks that are due: each slot goes to the owner who holds the fewest, so that no owner waits for hundreds of another's. */
async function pickChecks(
  trx: Transaction<Database>,
  { locksRows, dueOwners }: ClaimTraits,
  request: ClaimRequest,
): Promise<string[]> {
  const { provider, now, limit, checks = limit, except = [], sharing } = request;
  const slots = Math.min(limit, checks);
  if (slots <= 0) return [];
  const soonest = trx
    .selectFrom('tasks')
    .select('id')
    .where('provider', '=', provider)
    .where('next_action', '=', sql.lit('check'))
    .where('lease_owner', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('number');
  if (except.length > 0) return lockedIds(soonest.where('id', 'not in', except).limit(slots), locksRows);
  const heldBy = (owner: Owner) => sharing?.check.heldBy(owner) ?? 0;
  const owners = (await dueOwners.find(trx, 'check', request, slots))
    .toSorted((a, b) => heldBy(a.owner) - heldBy(b.owner) || a.dueAt - b.dueAt)
    .slice(0, slots);
  const queues = await lockedIdsByOwner(trx, soonest, {
    owners: owners.map(({ owner }) => owner),
    limit: slots,
    locksRows,
  });
  const shares = queues.map(({ owner, ids: items }) => ({ held: heldBy(owner), items }));
  return shareSlots(shares, slots, sharing?.check.kept ?? 0);
}

/** Kinds of work that have a due time of their own. */
export interface DueTimes {
  /** Checks, and attempts whose process has ended. */
  readonly check: number | null;
  /** Tasks that wait to be sent. */
  readonly submit: number | null;
  /** Since when the oldest of them waits. */
  readonly waitingSince: number | null;
}

/** The times at which work of each kind is due: work that is waiting for its time, and leases that may run out. */
export async function readDueTimes(db: Kysely<Database>, provider: ProviderName): Promise<DueTimes> {
  const [due] = (await db.executeQuery(dueTimes(db, { provider }))).rows;
  if (due === undefined) throw new Error('A query without a condition returned no row');
  return {
    check: earliest([due.checks, due.interrupted, due.leased === null ? null : due.leased + 1]),
    submit: due.waiting,
    waitingSince: due.waitingSince,
  };
}

/** As the claims read them, each by its index: what one sees and the other does not would be asked for without end. */
const dueTimes = prepared((db, { provider }: { readonly provider: string }) => {
  const ofProvider = db.selectFrom('tasks').where('provider', '=', provider);
  const unclaimed = ofProvider.where('lease_owner', 'is', null);
  const waiting = unclaimed
    .where('stage', '=', sql.lit('WAITING'))
    .where('next_action', '=', sql.lit('submit'));
  const soonest = <Query extends typeof unclaimed>(query: Query) =>
    query.select((expression) => expression.fn.min('due_at').as('at'));
  return db
    .selectNoFrom([
      soonest(unclaimed.where('next_action', '=', sql.lit('check'))).as('checks'),
      soonest(unclaimed.where('stage', '=', sql.lit('SUBMITTING'))).as('interrupted'),
      soonest(waiting).as('waiting'),
      waiting.select((expression) => expression.fn.min('created_at').as('at')).as('waitingSince'),
      ofProvider
        .where('lease_owner', 'is not', null)
        .select((expression) => expression.fn.min('lease_until').as('at'))
        .as('leased'),
    ])
    .compile();
});

/** The earliest of some times; null when there is none. */
export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Checks that one statement moves: some 10 ms. */
const spreadAtOnce = 500;

/**
 * Moves checks that are overdue to somewhere in the next `overMs`, so that a provider that comes back is not
 * asked about all tasks at once. Each transaction moves some of them.
 *
 * @param random a number from 0 to 1, for another order each time
 */
export async function spreadChecks(
  { transact, locksRows }: { readonly transact: Transact } & Pick<Dialect, 'locksRows'>,
  provider: ProviderName,
  { now, overMs, random }: { readonly now: number; readonly overMs: number; readonly random: number },
): Promise<void> {
  // A prime far from any usual count scatters neighbours; the arithmetic is the same in every database.
  const stride = 7919 + Math.floor(random * 1000) * 2;
  for (let moved = spreadAtOnce; moved === spreadAtOnce;) {
    moved = await transact(async (trx) => {
      const overdue = trx
        .selectFrom('tasks')
        .select('id')
        .where('provider', '=', provider)
        .where('next_action', '=', sql.lit('check'))
        .where('lease_owner', 'is', null)
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(spreadAtOnce);
      const ids = await lockedIds(overdue, locksRows);
      if (ids.length === 0) return 0;
      await trx
        .updateTable('tasks')
        .set((expression) => ({
          due_at: expression(
            // After now: what was moved is not found again.
            expression.val(now + 1),
            '+',
            expression(
              expression.parens(expression('number', '*', stride)),
              '%',
              Math.max(1, Math.round(overMs)),
            ),
          ),
        }))
        .where('id', 'in', ids)
        .execute();
      return ids.length;
    });
  }
}

/** Makes up to `limit` later checks of open tasks, or of those whose hint has `inHint`, due at `at`; false when there are none. */
export async function bringChecksForward(
  transact: Transact,
  { locksRows }: Pick<Dialect, 'locksRows'>,
  provider: ProviderName,
  at: number,
  limit: number,
  inHint: string | null,
): Promise<boolean> {
  return transact(async (trx) => {
    const later = trx
      .selectFrom('tasks')
      .select('id')
      .where('provider', '=', provider)
      .where('next_action', '=', sql.lit('check'))
      .where('lease_owner', 'is', null)
      .where('due_at', '>', at)
      .where('completed_at', 'is', null)
      .$if(inHint !== null, (query) => query.where('hint', 'like', `%${inHint}%`))
      .limit(limit);
    const { numUpdatedRows } = await trx
      .updateTable('tasks')
      .set({ due_at: at })
      // One that another transaction has locked is being changed.
      .where('id', 'in', locksRows ? later.forUpdate().skipLocked() : later)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  });
}
