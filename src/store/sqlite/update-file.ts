import { Kysely } from 'kysely';
import { ConnectionQueue } from './connection-queue.ts';
import { QueuedSqliteDialect } from './sqlite-dialect.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { Statements } from './statements.ts';
import { LoopBudget } from '../../time/loop-budget.ts';
import { migrations } from '../migrations/migrations.ts';
import { migrate } from '../open-store.ts';
import type { Database } from '../tables/database.ts';

/** An update of fewer tasks takes less than a second, and is done where the store is opened. */
const manyTasks = 20_000;

/**
 * True if a file has the tables of an earlier version and so many tasks that its update takes seconds.
 *
 * @throws StoreUnavailableError as `openSqliteStore` does
 */
export async function needsLongUpdate(file: string): Promise<boolean> {
  using database = openSqliteFile(file);
  const known = Object.keys(await migrations.getMigrations());
  const tables = new Set(
    database
      .prepare("select name from sqlite_schema where type = 'table'")
      .all()
      .map(({ name }) => name),
  );
  if (!tables.has('kysely_migration') || !tables.has('tasks')) return false;
  const { applied } = database.prepare('select count(*) as applied from kysely_migration').get() ?? {};
  if (Number(applied) >= known.length) return false;
  const { tasks } =
    database.prepare('select count(*) as tasks from (select 1 from tasks limit ?)').get(manyTasks) ?? {};
  return tasks === manyTasks;
}

/** Brings the tables of a file up to date, as `openSqliteStore` does. Calls back before each step. */
export async function updateFile(file: string, onStep: (name: string) => void): Promise<void> {
  const statements = new Statements(openSqliteFile(file));
  const queue = new ConnectionQueue(new LoopBudget(Number.POSITIVE_INFINITY));
  await using db = new Kysely<Database>({ dialect: new QueuedSqliteDialect(statements, queue) });
  await migrate(db, onStep);
}
