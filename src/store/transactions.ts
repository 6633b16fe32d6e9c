import type { Kysely, Transaction } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Database } from './tables/database.ts';

/** The number of runs of a transaction that conflicts with others: each time another one has made progress. */
const mostRuns = 5;

/** Runs work in a transaction; it may run more than once, and only its last run is kept. */
export type Transact = <Value>(work: (trx: Transaction<Database>) => Promise<Value>) => Promise<Value>;

/** Transactions that are run again where only another one at the same time was in the way. */
export function transactor(db: Kysely<Database>, { isConflict }: Pick<Dialect, 'isConflict'>): Transact {
  return async (work) => {
    for (let run = 1; ; run += 1) {
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        if (run === mostRuns || !isConflict(error)) throw error;
      }
    }
  };
}
