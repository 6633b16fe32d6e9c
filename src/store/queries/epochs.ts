import { randomInt } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { Epoch } from './revision.ts';

/** A start may follow a restored backup, so each one names its own stretch; empty ones are dropped. */
export async function startEpoch(trx: Transaction<Database>): Promise<Epoch[]> {
  const first = (await lastCounter(trx)) + 1;
  await trx.deleteFrom('epochs').where('first_revision', '>=', first).execute();
  const rows = await trx.selectFrom('epochs').selectAll().orderBy('seq').execute();
  const added = [{ seq: (rows.at(-1)?.seq ?? 0) + 1, name: epochName(), first_revision: first }];
  // The empty database has a name of its own, which no start drops: a client may go on from there.
  if (rows[0]?.first_revision !== 0) added.unshift({ seq: 0, name: epochName(), first_revision: 0 });
  await trx.insertInto('epochs').values(added).execute();
  return [...rows, ...added]
    .toSorted((a, b) => a.seq - b.seq)
    .map((row) => ({ name: row.name, firstRevision: row.first_revision }));
}

const epochName = (): string =>
  randomInt(2 ** 47)
    .toString(36)
    .padStart(8, '0')
    .slice(-8);

/** The counter of the last committed revision. */
export async function lastCounter(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom('revision_counter').select('value').executeTakeFirstOrThrow();
  return row.value;
}
