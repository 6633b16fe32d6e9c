import { Kysely } from 'kysely';
import { GroupCommit } from './group-commit.ts';
import { directTransaction } from './direct-transaction.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { LogSync, logOf } from './log-sync.ts';
import { migrate, openStore } from '../open-store.ts';
import { sqliteDifferences } from './differences.ts';
import { LoopBudget } from '../../time/loop-budget.ts';
import type { Database } from '../tables/database.ts';
import { QueuedSqliteDialect } from './sqlite-dialect.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { Statements } from './statements.ts';
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
  const log = new LogSync(logOf(database));
  const statements = new Statements(database, log);
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
          log,
          // Run when they are prepared, so never from prepared statements.
          setSync: (isOn) => database.exec(`pragma synchronous = ${isOn ? 'full' : 'normal'}`),
        }),
      // Between transactions a read is as good here as in the queue for the one connection.
      readNow: (sql, parameters) => (isBusy() ? null : statements.prepare(sql).values(parameters)),
      readOneNow: (sql, parameters) =>
        isBusy() ? undefined : (statements.prepare(sql).first(parameters) ?? null),
      readOneInWrite: (sql, parameters) => statements.prepare(sql).first(parameters) ?? null,
    });
  } catch (error) {
    statements.close();
    throw error;
  }
}
