import { randomInt } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { Epoch } from './revision.ts';

/**
 * Opens the present stretch of the database's history. Where the database has an identity, the stretch goes on until
 * that changes, so that all instances name one; elsewhere a start may follow a restored backup, so each one begins its
 * own. Empty ones are dropped.
 */
export async function openEpoch(trx: Transaction<Database>, identity: string | null): Promise<Epoch[]> {
  const rows = await trx.selectFrom('epochs').selectAll().orderBy('seq').execute();
  if (identity !== null && rows.at(-1)?.identity === identity) return rows.map(fromEpochRow);
  const first = (await lastCounter(trx)) + 1;
  await trx.deleteFrom('epochs').where('first_revision', '>=', first).execute();
  const kept = rows.filter((row) => row.first_revision < first);
  const added = [{ seq: (kept.at(-1)?.seq ?? 0) + 1, name: epochName(), first_revision: first, identity }];
  // The empty database has a name of its own, which no start drops: a client may go on from there.
  if (kept[0]?.first_revision !== 0) {
    added.unshift({ seq: 0, name: epochName(), first_revision: 0, identity: null });
  }
  await trx.insertInto('epochs').values(added).execute();
  return [...kept, ...added].toSorted((a, b) => a.seq - b.seq).map(fromEpochRow);
}

const fromEpochRow = (row: Database['epochs']): Epoch => ({
  name: row.name,
  firstRevision: row.first_revision,
});

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
