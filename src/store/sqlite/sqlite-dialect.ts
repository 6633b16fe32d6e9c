import {
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
} from 'kysely';
import type { ConnectionQueue } from './connection-queue.ts';

/**
 * SQLite under Kysely, with its one connection handed out by a queue of our own: Kysely's mutex wakes all waiters at
 * each release, which costs n² for n of them.
 */
export class QueuedSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #queue: ConnectionQueue;

  constructor(database: SqliteDatabase, queue: ConnectionQueue) {
    super({ database });
    this.#database = database;
    this.#queue = queue;
  }

  override createDriver(): Driver {
    return new QueuedSqliteDriver(this.#database, this.#queue);
  }

  override createAdapter(): SqliteAdapter {
    return new QueuedSqliteAdapter();
  }
}

class QueuedSqliteDriver extends SqliteDriver {
  readonly #queue: ConnectionQueue;

  constructor(database: SqliteDatabase, queue: ConnectionQueue) {
    super({ database });
    this.#queue = queue;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#queue.acquire();
    return super.acquireConnection();
  }

  override releaseConnection(): Promise<void> {
    this.#queue.release();
    return Promise.resolve();
  }
}

class QueuedSqliteAdapter extends SqliteAdapter {
  /** Kysely does not count on it. Migrations are one transaction: a process that ends in one leaves nothing half done. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Kysely puts its mutex in front of any other answer. There is one connection all the same: the queue's. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
