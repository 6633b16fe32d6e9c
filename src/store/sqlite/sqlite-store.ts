import { accessSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { Kysely, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { GroupCommit } from './group-commit.ts';
import { directTransaction } from './direct-transaction.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { migrate, openStore } from '../open-store.ts';
import { sqliteDifferences } from './differences.ts';
import { LoopBudget } from '../../time/loop-budget.ts';
import type { Database } from '../tables/database.ts';
import { QueuedSqliteDialect } from './sqlite-dialect.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { Store } from '../store.ts';

/**
 * Time for which the store may use one iteration of the event loop before other I/O is served, in milliseconds.
 * node:sqlite is synchronous, so a chain of reads is microtasks only. Shorter costs an iteration (some 5 µs) more
 * often; longer delays every other request.
 */
const shareMs = 10;

/**
 * Opens the embedded database, making its folder and tables where they are missing.
 *
 * One process owns the file: the exclusive lock is taken here and falls with the process, however it ends.
 *
 * @throws StoreUnavailableError in one line, when another process holds the file or it cannot be read
 */
export async function openSqliteStore(file: string): Promise<Store> {
  const database = openSqliteFile(file);
  const statements = new Statements(database);
  const budget = new LoopBudget(shareMs);
  const dialect = new QueuedSqliteDialect(statements, new ConnectionQueue(budget));
  const kysely = new Kysely<Database>({ dialect });
  const isBusy = () => database.isTransaction || budget.isSpent();
  try {
    await migrate(kysely);
    return await openStore(kysely, {
      ...sqliteDifferences,
      transactions: (db) =>
        new GroupCommit({
          db,
          open: directTransaction(db, dialect, statements),
          // Run when they are prepared, so never from prepared statements.
          setSync: (isOn) => database.exec(`pragma synchronous = ${isOn ? 'full' : 'normal'}`),
        }),
      // Between transactions a read is as good here as in the queue for the one connection.
      readNow: (sql, parameters) => (isBusy() ? null : statements.prepare(sql).values(parameters)),
      readOneNow: (sql, parameters) =>
        isBusy() ? undefined : (statements.prepare(sql).first(parameters) ?? null),
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a file for this process alone.
 *
 * @param mustExist false: it is made where it is missing
 * @throws StoreUnavailableError
 */
export function openSqliteFile(file: string, { mustExist = false } = {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (mustExist) accessSync(file);
    else mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file);
    database.exec('pragma busy_timeout = 0');
    // Exclusive before WAL: the index then lives in memory, and a second process is refused at its first read.
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    // What was answered is on the disk.
    database.exec('pragma synchronous = full');
    // Each write of a group can be undone alone, for which SQLite keeps copies of pages: on the disk they were nine tenths
    // of all bytes written (50 tasks at once: 364 kB in the life of each, without them 40 kB).
    database.exec('pragma temp_store = memory');
    // 16 MB: keys are random, so that each write reads pages all over a large database.
    database.exec('pragma cache_size = -16000');
    database.exec('begin exclusive; commit');
    return database;
  } catch (cause) {
    database?.close();
    throw new StoreUnavailableError(`The database ${file} ${whyNot(cause)}`, { cause });
  }
}

function whyNot(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message)) {
    return 'is in use by another process: stop that one, or give this one its own DATA_DIR';
  }
  const isPlace = (cause instanceof Error && 'syscall' in cause) || /unable to open|readonly/i.test(message);
  return `cannot be opened: ${message}${isPlace ? '. Give DATA_DIR a folder that this user may write' : ''}`;
}

/** Queries vary with the number of bound values in a list: the limit keeps unusual callers from filling memory. */
const maxPrepared = 500;

/** Statements of node:sqlite, prepared once for each text, in the shape that Kysely drives. */
class Statements implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #prepared = new LRUCache<string, Statement>({ max: maxPrepared });

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement =
        sql === 'rollback'
          ? new Rollback(this.#database.prepare(sql), this.#database)
          : new Statement(this.#database.prepare(sql));
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }
}

const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];

/** A statement whose rows are read as arrays: objects of node:sqlite have no shape, and take twice the time. */
class Statement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSync;
  #names: readonly string[];

  constructor(statement: StatementSync) {
    statement.setReturnArrays(true);
    this.#statement = statement;
    this.#names = statement.columns().map(({ name }) => name);
    this.reader = this.#names.length > 0;
  }

  /** The rows as arrays, in the order of the statement's columns. */
  values(parameters: readonly unknown[]): readonly (readonly unknown[])[] {
    return this.#statement.all(...bind(parameters)) as unknown as readonly unknown[][];
  }

  /** The first row, if there is one: the statement does not look for another. */
  first(parameters: readonly unknown[]): readonly unknown[] | undefined {
    return this.#statement.get(...bind(parameters)) as readonly unknown[] | undefined;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.values(parameters).map((values) => this.#named(values));
  }

  run(parameters: readonly unknown[]): ReturnType<StatementSync['run']> {
    return this.#statement.run(...bind(parameters));
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    for (const row of this.#statement.iterate(...bind(parameters))) {
      yield this.#named(row as unknown as readonly unknown[]);
    }
  }

  #named(values: readonly unknown[]): Record<string, unknown> {
    // A table may have got columns since the statement was prepared.
    if (values.length !== this.#names.length) this.#names = this.#statement.columns().map(({ name }) => name);
    const object: Record<string, unknown> = {};
    let index = 0;
    for (const name of this.#names) object[name] = values[index++];
    return object;
  }
}

/**
 * The end of a failed transaction. SQLite has ended it by itself after a full disk or a failed write; a rollback would
 * then fail too, and its error would hide the cause.
 */
class Rollback extends Statement {
  readonly #database: DatabaseSync;

  constructor(statement: StatementSync, database: DatabaseSync) {
    super(statement);
    this.#database = database;
  }

  override run(parameters: readonly unknown[]): ReturnType<StatementSync['run']> {
    return this.#database.isTransaction ? super.run(parameters) : { changes: 0, lastInsertRowid: 0 };
  }
}
