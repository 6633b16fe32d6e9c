import type { Kysely, Transaction } from 'kysely';
import type { Database } from './tables/database.ts';

/** The number of runs of a transaction that conflicts with others: each time another one has made progress. */
const mostRuns = 5;

/** The statements of one write. They may run more than once, and only their last run is kept. */
export type Work<Value> = (trx: Transaction<Database>) => Promise<Value>;

/** Runs work in a transaction. Resolves after its commit; rejects with the error of the work, of which nothing is kept. */
export type Transact = <Value>(work: Work<Value>) => Promise<Value>;

/** The writes of a store. */
export interface Transactions {
  readonly run: Transact;
  /** The same for what no caller waits for: it may take some milliseconds longer, to share a commit. */
  readonly runSoon: Transact;
  /**
   * The same for what may be lost with the machine, though not with the process: a claim, which no other process may see
   * and which a start undoes. The same as `run` where others see it.
   */
  readonly runUnsynced: Transact;
  /** Resolves when every write that was begun has been answered. */
  settled(): Promise<void>;
}

/** Transactions that are run again where only another one at the same time was in the way. */
export function transactor(db: Kysely<Database>, isConflict: (error: unknown) => boolean): Transact {
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
