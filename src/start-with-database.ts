import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startApp, type App } from './app.ts';
import type { Config } from './config/config.ts';
import { isAwayForNow, retryMs } from './open-database.ts';
import type { OpenStudio } from './server/start-server.ts';

/**
 * Starts as `startApp` does. Where a database on another machine is lost in the middle, what was started ends and the
 * start begins anew: it waits for the database.
 *
 * @throws as `startApp` does otherwise
 */
export async function startWithDatabase(
  config: Config,
  log: Logger,
  options: { readonly signal: AbortSignal; readonly openStudio?: OpenStudio },
): Promise<App> {
  for (;;) {
    try {
      return await startApp(config, log, options);
    } catch (error) {
      if (config.storage.database.kind !== 'postgres' || !isAwayForNow(error)) throw error;
      log.error(
        { reason: error.message },
        'DATABASE_URL: the database was lost during the start, which begins anew',
      );
      await pause(retryMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}
