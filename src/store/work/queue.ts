import { sql, type Transaction } from 'kysely';
import { lockedIdsByOwner } from './lock-rows.ts';
import type { DueOwners } from './due-owners.ts';
import type { Statement } from '../statement.ts';
import type { Database } from '../tables/database.ts';
import type { ClaimRequest } from '../store.ts';
import type { Owner, ProviderName } from '../../domain/video-task.ts';

// Literals instead of bound values where an index is partial: SQLite uses it only for what it can read in the text.

/**
 * Picks tasks that are due to be sent: each owner's oldest in turn, beginning with the owner whose turn is longest
 * ago, so that no owner waits for hundreds of another's. Owners without due tasks are not in the order.
 */
export async function pickWaiting(
  trx: Transaction<Database>,
  { locksRows, dueOwners }: { readonly locksRows: boolean; readonly dueOwners: DueOwners },
  request: ClaimRequest,
): Promise<string[]> {
  const { provider, now, limit, submits = limit, sharing } = request;
  const slots = Math.min(limit, submits);
  if (slots <= 0) return [];
  const kept = sharing?.submit.kept ?? 0;
  const heldBy = (owner: Owner) => sharing?.submit.heldBy(owner) ?? 0;
  const found = await dueOwners.find(trx, 'submit', request, slots);
  // With more owners than slots everyone in front gets one; the others are in front the next time.
  const owners = found
    .filter(({ owner }) => slots > kept || heldBy(owner) === 0)
    .toSorted((a, b) => a.turn - b.turn || (a.owner < b.owner ? -1 : 1))
    .slice(0, slots);
  if (owners.length === 0) return [];
  const due = waitingToBeSent(trx, provider).where('due_at', '<=', now).orderBy('due_at').orderBy('number');
  const [queues, lastTurn] = await Promise.all([
    lockedIdsByOwner(trx, due, {
      owners: owners.map(({ owner }) => owner),
      // Each of the others gets at least one.
      limit: slots - owners.length + 1,
      locksRows,
    }),
    readLastTurn(trx, provider),
  ]);
  const picked: { owner: Owner; id: string }[] = [];
  for (let round = 0; queues.some(({ ids }) => round < ids.length); round += 1) {
    for (const { owner, ids } of queues) {
      const id = ids[round];
      const free = slots - picked.length;
      if (id !== undefined && free > (round + heldBy(owner) > 0 ? kept : 0)) picked.push({ owner, id });
    }
  }
  await noteTurns(trx, provider, lastTurn, [...new Set(picked.map(({ owner }) => owner))]);
  return picked.map(({ id }) => id);
}

async function readLastTurn(trx: Transaction<Database>, provider: string): Promise<number> {
  const { last } = await trx
    .selectFrom('turns')
    .select((expression) => expression.fn.max('turn').as('last'))
    .where('provider', '=', provider)
    .executeTakeFirstOrThrow();
  return last ?? 0;
}

async function noteTurns(
  trx: Transaction<Database>,
  provider: string,
  lastTurn: number,
  owners: readonly string[],
): Promise<void> {
  if (owners.length === 0) return;
  const turns = owners.map((owner, index) => ({ provider, owner, turn: lastTurn + 1 + index }));
  const note: Statement = {
    ...trx
      .insertInto('turns')
      // In one order for all claims, so that none waits for another that waits for it.
      .values(turns.toSorted((a, b) => (a.owner < b.owner ? -1 : 1)))
      .onConflict((conflict) =>
        conflict
          .columns(['provider', 'owner'])
          .doUpdateSet((expression) => ({ turn: expression.ref('excluded.turn') })),
      )
      .compile(),
    isBlind: true,
  };
  await trx.executeQuery(note);
}

/** The ids of tasks that wait to be sent and that nobody has claimed. */
export const waitingToBeSent = (trx: Transaction<Database>, provider: ProviderName) =>
  trx
    .selectFrom('tasks')
    .select('id')
    .where('provider', '=', provider)
    .where('stage', '=', sql.lit('WAITING'))
    .where('next_action', '=', sql.lit('submit'))
    .where('lease_owner', 'is', null);
