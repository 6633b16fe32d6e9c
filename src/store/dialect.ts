import type { Kysely, Transaction } from 'kysely';
import type { Database } from './tables/database.ts';
import type { PresentReads } from './reads/task-reads.ts';
import type { Transactions } from './transactions.ts';

/**
 * The differences between the databases, apart from SQL that Kysely writes for each. `differences.ts` of each dialect
 * lists its own; everything else in this module is the same for all.
 */
export interface Dialect extends PresentReads {
  /** True if rows are locked one by one (PostgreSQL), false if the whole database is (SQLite). */
  readonly locksRows: boolean;
  /** True if this process alone owns the database: a start then frees what the process before had claimed. */
  readonly isSoleOwner: boolean;
  /**
   * Lets no other transaction pass that asks for the same name, until this one ends. Null where transactions follow one
   * another anyway.
   */
  readonly lock: ((trx: Transaction<Database>, name: string) => Promise<void>) | null;
  /**
   * A name of the present database that a restored backup does not share. Null where none is known: each start then
   * counts as a restore.
   */
  readonly readIdentity: (db: Kysely<Database>) => Promise<string | null>;
  /** Makes the one way to write. */
  readonly transactions: (db: Kysely<Database>) => Transactions;
  /** The clock of all stored times, in whole milliseconds since 1970. */
  readonly now: () => number;
}
