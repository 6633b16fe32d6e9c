import type { Dialect } from '../dialect.ts';

/**
 * SQLite's side of `Dialect`: one process owns the file and one connection writes, so that transactions follow one
 * another. A copy of the file cannot be told from it.
 *
 * Beside this list: reads between transactions do not queue (sqlite-store.ts), the one connection is handed out in turn
 * (connection-queue.ts), and texts compare by their bytes without being told so.
 */
export const sqliteDifferences = {
  locksRows: false,
  isSoleOwner: true,
  lock: null,
  readIdentity: () => Promise.resolve(null),
  // By name, so that a clock that is set later is followed.
  now: () => Date.now(),
} as const satisfies Omit<Dialect, 'transactions'>;
