import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { openKyselyStore } from './kysely-store.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';
import type { TaskRow } from './task-row.ts';

/** The database is held by another process, or cannot be opened at all. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/**
 * Opens the embedded database, making its folder and tables where they are missing.
 *
 * One process owns the file: the exclusive lock is taken here and falls with the process, however it ends.
 *
 * @throws StoreUnavailableError in one line, when another process holds the file or it cannot be read
 */
export async function openSqliteStore(file: string): Promise<Store> {
  const database = openExclusively(file);
  const adapter = asKyselyDatabase(database);
  const kysely = new Kysely<Database>({ dialect: new SqliteDialect({ database: adapter }) });
  try {
    return await openKyselyStore(kysely, {
      locksRows: false,
      soleOwner: true,
      // Between transactions a read is as good here as in Kysely's queue for the one connection.
      readNow: ({ sql, parameters }) =>
        database.isTransaction ? null : (adapter.prepare(sql).all(parameters) as TaskRow[]),
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

function openExclusively(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file);
    database.exec('pragma busy_timeout = 0');
    // Exclusive before WAL: the index then lives in memory, and a second process is refused at its first read.
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    // What was answered is on the disk.
    database.exec('pragma synchronous = full');
    database.exec('begin exclusive; commit');
    // SQLite's own knows ASCII only; prompts are in any language.
    database.function('lower', { deterministic: true }, (text) =>
      typeof text === 'string' ? text.toLowerCase() : text,
    );
    // PostgreSQL's name for SQLite's `instr`.
    database.function('strpos', { deterministic: true }, (text, part) =>
      typeof text === 'string' && typeof part === 'string' ? text.indexOf(part) + 1 : null,
    );
    return database;
  } catch (cause) {
    database?.close();
    const locked = cause instanceof Error && /locked|busy/i.test(cause.message);
    throw new StoreUnavailableError(
      locked
        ? `The database ${file} is in use by another process: stop that one, or give this one its own DATA_DIR`
        : `The database ${file} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** node:sqlite in the shape that Kysely drives; statements are prepared once for each text. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = asKyselyStatement(database.prepare(sql));
        // Texts vary with the number of bound values in a list: a bound keeps odd callers from filling memory.
        if (statements.size > 500) statements.clear();
        statements.set(sql, statement);
      }
      return statement;
    },
  };
}

const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];

/**
 * Rows come as arrays and become objects here: node:sqlite makes objects without a shape, and a task of 41 columns
 * then took 8.0 µs to read instead of 3.8.
 */
function asKyselyStatement(statement: StatementSync): SqliteStatement {
  let names = statement.columns().map(({ name }) => name);
  statement.setReturnArrays(true);
  const asObject = (row: unknown) => {
    const values = row as unknown[];
    // A table may have got columns since.
    if (values.length !== names.length) names = statement.columns().map(({ name }) => name);
    const object: Record<string, unknown> = {};
    let index = 0;
    for (const name of names) object[name] = values[index++];
    return object;
  };
  return {
    reader: names.length > 0,
    all: (parameters) => statement.all(...bind(parameters)).map(asObject),
    run: (parameters) => statement.run(...bind(parameters)),
    iterate: (parameters) => statement.iterate(...bind(parameters)).map(asObject),
  };
}
