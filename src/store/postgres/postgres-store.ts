import { Kysely } from 'kysely';
import { migrate, openStore } from '../open-store.ts';
import type { Store } from '../store.ts';
import type { Database } from '../tables/database.ts';
import { Connections } from './connections.ts';
import { DatabaseClock } from './database-clock.ts';
import { postgresDifferences } from './differences.ts';
import { BoundedPostgresDialect, BytewisePostgresDialect } from './postgres-dialect.ts';

/** Where a PostgreSQL database is. */
export interface PostgresLocation {
  /** The connection string, with its password. */
  readonly url: string;
}

/**
 * Opens a PostgreSQL database, making its tables where they are missing. Any number of processes may have it open, and
 * may start at once.
 */
export async function openPostgresStore({ url }: PostgresLocation): Promise<Store> {
  await using stack = new AsyncDisposableStack();
  {
    // To build an index of many rows takes longer than any other statement may.
    const pool = new Connections(url, { mostClients: 1, timeoutMs: 0 });
    await using db = new Kysely<Database>({ dialect: new BytewisePostgresDialect({ pool }) });
    await migrate(db);
  }
  const dialect = new BoundedPostgresDialect({ pool: new Connections(url) });
  const db = new Kysely<Database>({ dialect });
  stack.defer(() => db.destroy());
  const clock = new DatabaseClock();
  await clock.follow(db);
  const store = await openStore(db, { ...postgresDifferences, now: () => clock.now() });
  stack.move();
  return store;
}
