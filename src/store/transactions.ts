import type { Transaction } from 'kysely';
import type { Database } from './tables/database.ts';

/**
 * The statements of one write. They may run more than once, and only their last run is kept. They wait for nothing but
 * the database.
 */
export type Work<Value> = (trx: Transaction<Database>) => Promise<Value>;

/**
 * Runs work in a transaction. Resolves after its commit; rejects with the error of the work, of which nothing is kept.
 *
 * @param keys names of all that the work reads before it writes, such as the id of a task: writes with no key in
 *   common may share a transaction. Without it, the work gets a transaction of its own.
 * @param onCommitted called when it is committed, where it still waits for the disk then. Must not throw
 */
export type Transact = <Value>(
  work: Work<Value>,
  keys?: readonly string[],
  onCommitted?: () => void,
) => Promise<Value>;

/** The writes of a store. */
export interface Transactions {
  readonly run: Transact;
  /** The same for what no caller waits for: it may take some milliseconds longer, to share a commit. */
  readonly runSoon: Transact;
  /**
   * As `runSoon`, for what may be lost with the machine, though not with the process: a claim, which no other process may see
   * and which a start undoes, or a check that found nothing new. The same as `run` where others see it.
   */
  readonly runUnsynced: Transact;
  /**
   * Resolves when all changes that can be read now are on the disk; those of `runUnsynced` may not be. Rejects with an
   * `UnsyncedError` if the disk refuses them.
   */
  durable(): Promise<void>;
  /** Resolves when every write that was begun has been answered. */
  settled(): Promise<void>;
}
