import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { WaitingServer } from './server/waiting-server.ts';
import { openPostgresStore } from './store/postgres/postgres-store.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { StoreUnavailableError } from './store/errors.ts';
import type { Store } from './store/store.ts';

/** The pause between two tries to reach the database, in milliseconds. */
const retryMs = 1000;

/** An open store, and the port that was open while it was waited for. */
export interface OpenDatabase {
  readonly store: Store;
  readonly port: number;
}

/**
 * Opens the database of the settings. One that is on another machine may be away for now: then the port answers that the
 * server is not ready, until the database can be used.
 *
 * @throws StoreUnavailableError where a file cannot be opened; the signal's reason
 */
export async function openDatabase(
  { storage: { database }, http }: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<OpenDatabase> {
  if (database.kind === 'sqlite') return { store: await openSqliteStore(database.file), port: http.port };
  let waiting: WaitingServer | null = null;
  let lastReason: string | null = null;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const store = await openPostgresStore(database, log);
        return { store, port: waiting?.port ?? http.port };
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        waiting ??= await WaitingServer.listen(http.host, http.port);
        // One line for each reason: it may last for hours.
        if (error.message !== lastReason) {
          log.error({ reason: error.message, url: waiting.url }, 'DATABASE_URL: waiting for the database');
        }
        lastReason = error.message;
      }
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await waiting?.[Symbol.asyncDispose]();
  }
}
