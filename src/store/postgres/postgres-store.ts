import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Dialect } from '../dialect.ts';
import { openStore, readEpochs } from '../open-store.ts';
import type { Store } from '../store.ts';
import type { Database } from '../tables/database.ts';
import { bringUpToDate, type OpeningOptions } from './bring-up-to-date.ts';
import { ChangeSignals } from './change-signals.ts';
import { Connections } from './connections.ts';
import { DatabaseClock, type ReadTime } from './database-clock.ts';
import { isConflict, postgresDifferences } from './differences.ts';
import { GroupedWrites } from './grouped-writes.ts';
import { transactionPropsOf } from './participant.ts';
import { BoundedPostgresDialect } from './postgres-dialect.ts';

/** Where a PostgreSQL database is, as connection strings with their passwords. */
export interface PostgresAddress {
  readonly url: string;
  /** For notifications, past a pooler; without it `url`. */
  readonly listenUrl?: string | undefined;
}

/** Every instance looks for changes of others this often, in milliseconds, whatever notifications arrive. */
const lookEveryMs = 500;

/**
 * Opens a PostgreSQL database, making its tables where they are missing. Any number of processes may have it open, and
 * may start at once.
 *
 * @throws StoreUnavailableError in one line while it cannot be reached; StoreRefusedError where a further try is of no use; the
 *   signal's reason
 */
export async function openPostgresStore(
  { url, listenUrl = url }: PostgresAddress,
  log: Logger,
  { readTime, ...options }: OpeningOptions & { readonly readTime?: ReadTime } = {},
): Promise<Store> {
  await using stack = new AsyncDisposableStack();
  await bringUpToDate(url, options);
  const connections = new Connections(url);
  const kyselyDialect = new BoundedPostgresDialect({ pool: connections });
  const db = stack.use(new Kysely<Database>({ dialect: kyselyDialect }));
  const clock = new DatabaseClock(readTime);
  await clock.follow(db);
  const dialect: Dialect = {
    ...postgresDifferences,
    now: () => clock.now(),
    transactions: () =>
      new GroupedWrites({
        connect: () => connections.connect(),
        props: transactionPropsOf(db, kyselyDialect),
        isConflict,
      }),
  };
  const store = await openStore(db, dialect, () => signals.signal());
  const watch = stack.use(
    new DatabaseWatch(log, {
      readRevision: () => store.revisions.last(),
      onChange: () => store.revisions.changed(),
      // A database that was away may be a restored one.
      onReturn: async () => store.revisions.useEpochs(await readEpochs(db, dialect)),
      follow: () => clock.follow(db),
    }),
  );
  const signals = stack.use(
    new ChangeSignals({
      listenUrl,
      log,
      notify: async (channel, payload) => {
        await sql`select pg_notify(${channel}, ${payload})`.execute(db);
      },
      onChange: () => store.revisions.changed(),
      onConnect: () => watch.lookAgain(),
    }),
  );
  const owned = stack.move();
  store[Symbol.asyncDispose] = () => owned.disposeAsync();
  return store;
}

interface Watched {
  readonly readRevision: () => Promise<number>;
  readonly onChange: () => void;
  /** Called when the database answers again. */
  readonly onReturn: () => Promise<void>;
  readonly follow: () => Promise<void>;
}

/**
 * Looks at the database regularly: for changes of other instances whose notification was lost, and for its clock. So a
 * lost notification costs at most the interval. Owns one loop.
 */
class DatabaseWatch implements AsyncDisposable {
  readonly #log: Logger;
  readonly #watched: Watched;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #revision = 0;
  #wasAway = false;

  constructor(log: Logger, watched: Watched) {
    this.#log = log;
    this.#watched = watched;
    this.#loop = this.#run();
  }

  /** The connection was new: what it belongs to is looked up at the next look. */
  lookAgain(): void {
    this.#wasAway = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) => {
        // Whoever needs the database reports the failure.
        if (!this.#wasAway) this.#log.warn({ err: error }, 'the database does not answer');
        this.#wasAway = true;
      });
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { readRevision, onChange, onReturn, follow } = this.#watched;
    const revision = await readRevision();
    if (this.#wasAway) {
      await onReturn();
      this.#wasAway = false;
      onChange();
    } else if (revision !== this.#revision) onChange();
    this.#revision = revision;
    await follow();
  }
}
