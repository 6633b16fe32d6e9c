import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { LRUCache } from 'lru-cache';

/** Queries vary with the number of bound values in a list: the limit keeps unusual callers from filling memory. */
const maxPrepared = 500;

/** Statements of node:sqlite, prepared once for each text, in the shape that Kysely drives. */
export class Statements implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #prepared = new LRUCache<string, Statement>({ max: maxPrepared });
  readonly #owned: Disposable | null;

  /** @param owned disposed of with the database */
  constructor(database: DatabaseSync, owned: Disposable | null = null) {
    this.#database = database;
    this.#owned = owned;
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
    this.#owned?.[Symbol.dispose]();
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
