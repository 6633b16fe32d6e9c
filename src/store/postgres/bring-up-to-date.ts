import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, sql, type Transaction } from 'kysely';
import { DatabaseError } from 'pg';
import { StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import { migrate } from '../open-store.ts';
import type { Database } from '../tables/database.ts';
import { Connections } from './connections.ts';
import { BytewisePostgresDialect } from './postgres-dialect.ts';

/** The oldest version whose features are used. */
const oldestVersion = 160_000;
/** A start asks again for the lock after this, in milliseconds: each instance that starts holds it for a moment. */
const lockMs = 2000;
/** The time for which client and server may do nothing for each other, in milliseconds. */
const idleMs = 10_000;
/** In the time that the server may do nothing, it is asked so often. */
const looks = 5;

/** The parts of an opening that may last. */
export type OpeningStep = 'connecting' | 'waitingForAnother' | 'migrating';

/** Settings of an opening. */
export interface OpeningOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Called when a part begins. Must not throw. */
  readonly onStep?: (step: OpeningStep) => void;
  /**
   * The time for which the server may do nothing for us, and we for it, in milliseconds: a process that is paused while it changes
   * tables lets the next one work.
   */
  readonly longestIdleMs?: number;
}

/**
 * Brings the tables up to date. Any number of processes may call it at once: one works, the others wait.
 *
 * Its statements have no limit, since an index of many rows takes long; instead the server is watched by another
 * connection. One that is silent, or does nothing for us, is given up.
 *
 * @throws StoreUnavailableError while it cannot be reached or only reads; StoreRefusedError for a version that is too old; the signal's reason
 */
export async function bringUpToDate(
  url: string,
  { signal = new AbortController().signal, onStep = () => {}, longestIdleMs = idleMs }: OpeningOptions,
): Promise<void> {
  const connections = new Connections(url, { mostClients: 1, timeoutMs: 0 });
  await using db = new Kysely<Database>({ dialect: new BytewisePostgresDialect({ pool: connections }) });
  await using watching = new Kysely<Database>({
    dialect: new BytewisePostgresDialect({
      pool: new Connections(url, { mostClients: 1, timeoutMs: longestIdleMs }),
    }),
  });
  await checkServer(watching);
  await using watch = new BackendWatch(watching, {
    onLost: () => connections.abandon(),
    signal,
    longestIdleMs,
  });
  while (!(await migrateAlone(db, watch, { onStep, longestIdleMs }))) {
    signal.throwIfAborted();
    onStep('waitingForAnother');
  }
}

async function checkServer(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{
    readonly version: number;
    readonly name: string;
    readonly onlyReads: boolean;
  }>`
    select current_setting('server_version_num')::int as version,
      current_setting('server_version') as name,
      current_setting('transaction_read_only') = 'on' as "onlyReads"`.execute(db);
  const [row] = rows;
  if (row === undefined || row.version < oldestVersion) {
    throw new StoreRefusedError(`PostgreSQL must be version 16 or newer (got ${row?.name})`);
  }
  // A replica, until a failover. The migrator would not pass on what the server answers to its first write.
  if (row.onlyReads) throw new StoreUnavailableError('The database cannot be used now: it only reads');
}

/** Returns false if another process holds the lock. */
async function migrateAlone(
  db: Kysely<Database>,
  watch: BackendWatch,
  { onStep, longestIdleMs }: Pick<Required<OpeningOptions>, 'onStep' | 'longestIdleMs'>,
): Promise<boolean> {
  try {
    await db.transaction().execute(async (trx) => {
      watch.follow(await readBackend(trx));
      await lockMigrations(trx, longestIdleMs);
      await checkRights(trx);
      onStep('migrating');
      await migrate(trx);
    });
    return true;
  } catch (error) {
    // lock_not_available
    if (error instanceof DatabaseError && error.code === '55P03') return false;
    const { cause } = error as Error;
    // insufficient_privilege
    if (cause instanceof DatabaseError && cause.code === '42501') throw refusedFor(cause.message, cause);
    throw error;
  } finally {
    watch.follow(null);
  }
}

/** The migrator would not pass on the server's answer to its first table. */
async function checkRights(trx: Transaction<Database>): Promise<void> {
  const { rows } = await sql<{ readonly schema: string | null; readonly mayStart: boolean }>`
    select current_schema() as schema,
      to_regclass('kysely_migration') is not null or has_schema_privilege(current_schema(), 'create') as "mayStart"`.execute(
    trx,
  );
  const [row] = rows;
  if (row === undefined || row.schema === null) {
    throw refusedFor('the search_path of its user leads to no schema');
  }
  if (!row.mayStart) throw refusedFor(`its user may not make tables in the schema ${row.schema}`);
}

const refusedFor = (reason: string, cause?: unknown) =>
  new StoreRefusedError(`The database refuses this server: ${reason}`, { cause });

async function readBackend(trx: Transaction<Database>): Promise<number> {
  const { rows } = await sql<{ readonly pid: number }>`select pg_backend_pid() as pid`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('The connection has no process');
  return row.pid;
}

/** Lets no other process bring tables up to date until the transaction ends. The key is that of Kysely's lock, which earlier versions take. */
async function lockMigrations(trx: Transaction<Database>, longestIdleMs: number): Promise<void> {
  await sql.raw(`set local idle_in_transaction_session_timeout = ${longestIdleMs}`).execute(trx);
  await sql.raw(`set local lock_timeout = ${lockMs}`).execute(trx);
  await sql`select pg_advisory_xact_lock(3853314791062309107)`.execute(trx);
  await sql`set local lock_timeout = 0`.execute(trx);
}

interface Watching {
  /** Called when the server does not work any more, or at the signal; maybe again. */
  readonly onLost: () => void;
  readonly signal: AbortSignal;
  readonly longestIdleMs: number;
}

/** Looks whether the server still works for a connection whose statements have no limit. Owns one loop. */
class BackendWatch implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #pid: number | null = null;
  #followedAt = performance.now();

  constructor(db: Kysely<Database>, watching: Watching) {
    this.#db = db;
    this.#loop = this.#run(watching);
  }

  /** @param pid the process of the server; null: none is known, and it must be soon */
  follow(pid: number | null): void {
    this.#pid = pid;
    this.#followedAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run({ onLost, signal, longestIdleMs }: Watching): Promise<void> {
    const ended = AbortSignal.any([this.#stopping.signal, signal]);
    while (!ended.aborted) {
      await pause(longestIdleMs / looks, undefined, { signal: ended }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      if (signal.aborted || !(await this.#isAtWork(longestIdleMs).catch(() => false))) onLost();
    }
  }

  async #isAtWork(longestIdleMs: number): Promise<boolean> {
    const pid = this.#pid;
    if (pid === null) return performance.now() - this.#followedAt < longestIdleMs;
    const { rows } = await sql<{ readonly isAtWork: boolean }>`
      select state = 'active' or clock_timestamp() - state_change < make_interval(secs => ${longestIdleMs / 1000})
        as "isAtWork"
      from pg_stat_activity where pid = ${pid}`.execute(this.#db);
    // It may have ended while the question was under way.
    return rows[0]?.isAtWork ?? this.#pid !== pid;
  }
}
