import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from './schema.ts';
import type { ClaimRequest } from './store.ts';
import type { VideoTask } from './video-task.ts';

// Literals instead of bound values where an index is partial: SQLite uses it only for what it can read in the text.

/**
 * Picks tasks that wait to be sent: each owner's oldest in turn, beginning with the owner whose turn is longest
 * ago, so that nobody waits behind somebody else's hundreds.
 */
export async function pickWaiting(
  trx: Transaction<Database>,
  { locksRows }: { readonly locksRows: boolean },
  { provider, now, limit, submits = limit }: ClaimRequest,
): Promise<string[]> {
  const places = Math.min(limit, submits);
  if (places <= 0) return [];
  const queues: { owner: string; ids: string[] }[] = [];
  // With more owners than places everyone in front gets one; the others are in front the next time.
  for (const owner of (await ownersInTurn(trx, provider)).slice(0, places)) {
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
      .limit(places);
    const rows = await (locksRows ? due.forUpdate().skipLocked() : due).execute();
    queues.push({ owner, ids: rows.map(({ id }) => id) });
  }
  const picked: { owner: string; id: string }[] = [];
  for (let round = 0; picked.length < places; round += 1) {
    const turn = queues.flatMap(({ owner, ids }) => {
      const id = ids[round];
      return id === undefined ? [] : [{ owner, id }];
    });
    if (turn.length === 0) break;
    picked.push(...turn.slice(0, places - picked.length));
  }
  await noteTurns(trx, provider, [...new Set(picked.map(({ owner }) => owner))]);
  return picked.map(({ id }) => id);
}

/** Owners with waiting work, whose turn is longest ago first. Costs a step for each owner, not for each task. */
async function ownersInTurn(trx: Transaction<Database>, provider: string): Promise<string[]> {
  const { rows } = await sql<{ owner: string }>`
    with recursive waiting(owner) as (
      select min(owner) from tasks
      where provider = ${provider} and stage = 'WAITING' and lease_owner is null
      union all
      select (
        select min(tasks.owner) from tasks
        where tasks.provider = ${provider} and tasks.stage = 'WAITING' and tasks.lease_owner is null
          and tasks.owner > waiting.owner
      ) from waiting where waiting.owner is not null
    )
    select waiting.owner as owner from waiting
    left join turns on turns.provider = ${provider} and turns.owner = waiting.owner
    where waiting.owner is not null
    order by coalesce(turns.turn, 0), waiting.owner`.execute(trx);
  return rows.map(({ owner }) => owner);
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
  for (const [index, owner] of owners.entries()) {
    const turn = (last ?? 0) + 1 + index;
    await trx
      .insertInto('turns')
      .values({ provider, owner, turn })
      .onConflict((conflict) => conflict.columns(['provider', 'owner']).doUpdateSet({ turn }))
      .execute();
  }
}

/**
 * How many tasks of the same provider are sent before this one, if nothing else comes: its owner's older ones,
 * and of each other owner as many as have their turn until then.
 */
export async function readQueuePosition(
  db: Kysely<Database>,
  { provider, owner, dueAt, number }: Pick<VideoTask, 'provider' | 'owner' | 'dueAt' | 'number'>,
): Promise<number> {
  const waiting = db
    .selectFrom('tasks')
    .where('tasks.provider', '=', provider)
    .where('stage', '=', sql.lit('WAITING'));
  const own = await waiting
    .select((expression) => expression.fn.countAll<number | string>().as('count'))
    .where('owner', '=', owner)
    .where((expression) =>
      expression.or([
        expression('due_at', '<', dueAt ?? 0),
        expression.and([expression('due_at', '=', dueAt ?? 0), expression('number', '<', number)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  const before = Number(own.count);
  const owners = await waiting
    .leftJoin('turns', (join) =>
      join.onRef('turns.provider', '=', 'tasks.provider').onRef('turns.owner', '=', 'tasks.owner'),
    )
    .select((expression) => ['tasks.owner', 'turn', expression.fn.countAll<number | string>().as('count')])
    .groupBy(['tasks.owner', 'turn'])
    .execute();
  const self = owners.find((row) => row.owner === owner);
  let position = before;
  for (const row of owners) {
    if (row.owner === owner || self === undefined) continue;
    const isFirst = turnOf(row) < turnOf(self) || (turnOf(row) === turnOf(self) && row.owner < self.owner);
    position += Math.min(Number(row.count), before + (isFirst ? 1 : 0));
  }
  return position;
}

const turnOf = ({ turn }: { readonly turn: number | null }): number => turn ?? 0;
