import { sql, type Kysely } from 'kysely';
import { DatabaseError } from 'pg';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../tables/database.ts';

/**
 * PostgreSQL's side of `Dialect`, apart from its clock (database-clock.ts): several processes write at once, so rows are
 * locked one by one, and what is checked before it is written needs a lock or a second run.
 *
 * Beside this list, where the driver meets the wire (connections.ts, postgres-dialect.ts): `bigint` and `numeric` are
 * read as numbers; texts are stored without NUL, compare by their bytes and not by the database's collation; a
 * transaction whose client is gone frees its locks within seconds.
 */
export const postgresDifferences = {
  locksRows: true,
  isSoleOwner: false,
  lock: async (trx, name) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`reelay ${name}`}, 0))`.execute(trx);
  },
  readIdentity,
} as const satisfies Omit<Dialect, 'now' | 'transactions'>;

/**
 * True if a transaction failed only because of another one that ran at the same time, so that it is run again: a unique
 * value that the other has just written, or a deadlock.
 */
export const isConflict = (error: unknown): boolean =>
  error instanceof DatabaseError && conflicts.has(error.code ?? '');

/** https://www.postgresql.org/docs/16/errcodes-appendix.html */
const conflicts: ReadonlySet<string> = new Set([
  '23505', // unique_violation
  '40001', // serialization_failure
  '40P01', // deadlock_detected
]);

/**
 * The server, its timeline and the table itself: a restored base backup goes on in another timeline, as does a promoted
 * replica; a restored dump makes the table again, in this database or another.
 */
async function readIdentity(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ readonly identity: string }>`
    select concat_ws('/',
      (select system_identifier from pg_control_system()),
      left(pg_walfile_name(pg_current_wal_lsn()), 8),
      (select oid from pg_database where datname = current_database()),
      'revision_counter'::regclass::oid) as identity`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The database has no identity');
  return row.identity;
}
