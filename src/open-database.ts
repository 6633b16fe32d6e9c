import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { WaitingServer } from './server/waiting-server.ts';
import { openPostgresStore } from './store/postgres/postgres-store.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { StoreRefusedError, StoreUnavailableError } from './store/errors.ts';
import type { Store } from './store/store.ts';

/** The pause between two tries to reach the database, in milliseconds. */
export const retryMs = 1000;
/** The pause between two lines of the log that give the same reason, in milliseconds: it may last for hours. */
const repeatMs = 10_000;

/** An open store, and the port that was open while it was waited for. */
export interface OpenDatabase {
  readonly store: Store;
  readonly port: number;
}

/** True of a database on another machine that a later try may find. */
export const isAwayForNow = (error: unknown): error is StoreUnavailableError =>
  error instanceof StoreUnavailableError && !(error instanceof StoreRefusedError);

/**
 * Opens the database of the settings. One that is on another machine may be away for now: then the port answers that the
 * server is not ready, until the database can be used.
 *
 * @throws StoreUnavailableError where a file cannot be opened; StoreRefusedError where PostgreSQL does not let us in; the
 *   signal's reason
 */
export async function openDatabase(
  { storage: { database }, http }: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<OpenDatabase> {
  if (database.kind === 'sqlite') return { store: await openSqliteStore(database.file), port: http.port };
  let waiting: WaitingServer | null = null;
  let lastReason: string | null = null;
  let loggedAt = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const store = await openPostgresStore(database, log);
        return { store, port: waiting?.port ?? http.port };
      } catch (error) {
        if (!isAwayForNow(error)) throw error;
        waiting ??= await WaitingServer.listen(http.host, http.port);
        const reason = error.message;
        if (reason !== lastReason || performance.now() - loggedAt >= repeatMs) {
          log.error({ reason, url: waiting.url }, 'DATABASE_URL: waiting for the database');
          lastReason = reason;
          loggedAt = performance.now();
        }
      }
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await waiting?.[Symbol.asyncDispose]();
  }
}
