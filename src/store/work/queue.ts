import { sql, type Transaction } from 'kysely';
import { lockedIds } from './lock-rows.ts';
import type { DueOwners } from './due-owners.ts';
import type { Database } from '../tables/database.ts';
import type { ClaimRequest } from '../store.ts';
import type { Owner } from '../../domain/video-task.ts';

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
  const found = await dueOwners.find(trx, 'submit', request);
  // With more owners than slots everyone in front gets one; the others are in front the next time.
  const owners = found
    .filter(({ owner }) => slots > kept || heldBy(owner) === 0)
    .toSorted((a, b) => a.turn - b.turn || (a.owner < b.owner ? -1 : 1))
    .slice(0, slots);
  const queues: { owner: Owner; ids: string[] }[] = [];
  for (const { owner } of owners) {
    const due = trx
      .selectFrom('tasks')
      .select('id')
      .where('provider', '=', provider)
      .where('owner', '=', owner)
      .where('stage', '=', sql.lit('WAITING'))
      .where('next_action', '=', sql.lit('submit'))
      .where('lease_owner', 'is', null)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('number')
      // Each of the others gets at least one.
      .limit(slots - owners.length + 1);
    queues.push({ owner, ids: await lockedIds(due, locksRows) });
  }
  const picked: { owner: Owner; id: string }[] = [];
  for (let round = 0; queues.some(({ ids }) => round < ids.length); round += 1) {
    for (const { owner, ids } of queues) {
      const id = ids[round];
      const free = slots - picked.length;
      if (id !== undefined && free > (round + heldBy(owner) > 0 ? kept : 0)) picked.push({ owner, id });
    }
  }
  await noteTurns(trx, provider, [...new Set(picked.map(({ owner }) => owner))]);
  return picked.map(({ id }) => id);
}

async function noteTurns(
  trx: Transaction<Database>,
  provider: string,
  owners: readonly string[],
): Promise<void> {
  if (owners.length === 0) return;
  const { last } = await trx
    .selectFrom('turns')
    .select((expression) => expression.fn.max('turn').as('last'))
    .where('provider', '=', provider)
    .executeTakeFirstOrThrow();
  const turns = owners.map((owner, index) => ({ owner, turn: (last ?? 0) + 1 + index }));
  // In one order for all claims, so that none waits for another that waits for it.
  for (const { owner, turn } of turns.toSorted((a, b) => (a.owner < b.owner ? -1 : 1))) {
    await trx
      .insertInto('turns')
      .values({ provider, owner, turn })
      .onConflict((conflict) => conflict.columns(['provider', 'owner']).doUpdateSet({ turn }))
      .execute();
  }
}
