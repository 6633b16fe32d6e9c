import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { SearchIndex } from '../../src/store/search/search-index.ts';
import { ConnectionQueue } from '../../src/store/sqlite/connection-queue.ts';
import { QueuedSqliteDialect } from '../../src/store/sqlite/sqlite-dialect.ts';
import { Statements } from '../../src/store/sqlite/statements.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { LoopBudget } from '../../src/time/loop-budget.ts';

/** Work between two rests, in milliseconds: nothing else is done in this process. */
const unpaced = { sliceMs: 1000, restFactor: 0 };

/**
 * Makes the search index of a file that no one has open, as a server does in the background, but without its rests and
 * without waiting for the disk.
 *
 * @returns the CPU that it took, in milliseconds
 */
export async function indexSearch(file: string): Promise<number> {
  const database = new DatabaseSync(file);
  database.exec('pragma locking_mode = exclusive; pragma synchronous = off; pragma cache_size = -200000');
  const queue = new ConnectionQueue(new LoopBudget(Number.POSITIVE_INFINITY));
  const dialect = new QueuedSqliteDialect(new Statements(database), queue);
  await using db = new Kysely<Database>({ dialect });
  const index = new SearchIndex(db, {
    transact: (work) => db.transaction().execute(work),
    now: () => Date.now(),
    pace: unpaced,
  });
  const before = process.cpuUsage();
  while (!(await index.update(new AbortController().signal)).isDone);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
