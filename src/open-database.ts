import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { ConfigError } from './settings/config-error.ts';
import { WaitingServer } from './server/waiting-server.ts';
import type { OpeningOptions, OpeningStep } from './store/postgres/bring-up-to-date.ts';
import { openPostgresStore } from './store/postgres/postgres-store.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { needsLongUpdate } from './store/sqlite/update-file.ts';
import { updateInThread } from './store/sqlite/update-in-thread.ts';
import { StoreRefusedError, StoreUnavailableError } from './store/errors.ts';
import type { Store } from './store/store.ts';

/** The pause between two tries to reach the database, in milliseconds. */
export const retryMs = 1000;
/** An opening that takes longer is waited for with an open port, in milliseconds. */
const patienceMs = 3000;
/** The pause between two lines of the log that give the same reason, in milliseconds: it may last for hours. */
const repeatMs = 5000;

/** What is waited for, in words that anybody may read. */
const reasons: Readonly<Record<OpeningStep | 'away', string>> = {
  connecting: 'The database has not answered yet.',
  waitingForAnother: 'Another instance is bringing the tables of the database up to date.',
  migrating: 'The tables of the database are being brought up to date.',
  away: 'The database cannot be used now.',
};

/** An open store, and the port that was open while it was waited for. */
export interface OpenDatabase {
  readonly store: Store;
  readonly port: number;
}

/** True of a database on another machine that a later try may find. */
export const isAwayForNow = (error: unknown): error is StoreUnavailableError =>
  error instanceof StoreUnavailableError && !(error instanceof StoreRefusedError);

/**
 * Opens the embedded database. While a large one of an earlier version is brought up to date, the port answers that the
 * server is not ready.
 */
async function openFile(
  { file, variable }: Extract<Config['storage']['database'], { kind: 'sqlite' }>,
  { host, port }: Config['http'],
  log: Logger,
  signal: AbortSignal,
): Promise<OpenDatabase> {
  try {
    if (!(await needsLongUpdate(file))) return { store: await openSqliteStore(file), port };
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw new ConfigError(`${variable}:`, error.message);
    throw error;
  }
  await using waiting = await WaitingServer.listen(host, port, () => reasons.migrating);
  const { url, port: opened } = waiting;
  log.info(
    { url },
    'the database is of an earlier version: it is brought up to date before the server is ready',
  );
  const startedAt = performance.now();
  const onStep = (step: string) => log.info({ step }, 'a step of the update of the database');
  await updateInThread(file, { onStep, signal });
  log.info({ ms: Math.round(performance.now() - startedAt) }, 'the database is up to date');
  return { store: await openSqliteStore(file), port: opened };
}

/**
 * Opens the database of the settings. One that is on another machine may be away for now, or work for minutes on its tables: then
 * the port answers that the server is alive and not ready, until the database can be used.
 *
 * @throws ConfigError where a file cannot be opened; StoreRefusedError where PostgreSQL does not let us in; the
 *   signal's reason
 */
export async function openDatabase(
  { storage: { database }, http }: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<OpenDatabase> {
  if (database.kind === 'sqlite') return openFile(database, http, log, signal);
  await using wait = new DatabaseWait(http, log);
  for (;;) {
    signal.throwIfAborted();
    try {
      const store = await wait.during((options) => openPostgresStore(database, log, options), signal);
      return { store, port: wait.port };
    } catch (error) {
      if (!isAwayForNow(error)) throw error;
      await wait.tell('away', error.message);
    }
    await pause(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A start that waits for its database: it says so on the port and in the log. */
class DatabaseWait implements AsyncDisposable {
  readonly #http: Config['http'];
  readonly #log: Logger;
  #server: WaitingServer | null = null;
  #told: OpeningStep | 'away' = 'connecting';
  // Nobody has to read that a start has begun.
  #lastReason: string = reasons.connecting;
  #toldAt = performance.now();

  constructor(http: Config['http'], log: Logger) {
    this.#http = http;
    this.#log = log;
  }

  /** The port that was open, or is to be. */
  get port(): number {
    return this.#server?.port ?? this.#http.port;
  }

  /** Waits for an opening, and tells what it does for as long as it lasts. */
  async during(open: (options: OpeningOptions) => Promise<Store>, signal: AbortSignal): Promise<Store> {
    const giveUp = new AbortController();
    let now: OpeningStep = 'connecting';
    const opening = open({
      signal: AbortSignal.any([signal, giveUp.signal]),
      onStep: (step) => {
        now = step;
      },
    });
    const ended = new AbortController();
    try {
      for (;;) {
        const longer = pause(patienceMs, null, { signal: ended.signal }).catch(() => null);
        const store = await Promise.race([opening, longer]);
        if (store !== null) return store;
        await this.tell(now, reasons[now]);
      }
    } catch (error) {
      giveUp.abort();
      await opening.then(
        (store) => store[Symbol.asyncDispose](),
        () => undefined,
      );
      throw error;
    } finally {
      ended.abort();
    }
  }

  /** Opens the port, and logs a reason that is new, or old and long ago. Rejects where the port cannot be opened. */
  async tell(step: OpeningStep | 'away', reason: string): Promise<void> {
    this.#told = step;
    this.#server ??= await WaitingServer.listen(this.#http.host, this.#http.port, () => reasons[this.#told]);
    if (reason === this.#lastReason && performance.now() - this.#toldAt < repeatMs) return;
    const message = 'DATABASE_URL: waiting for the database';
    if (step === 'away') this.#log.error({ reason, url: this.#server.url }, message);
    else this.#log.warn({ reason }, message);
    this.#lastReason = reason;
    this.#toldAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}
