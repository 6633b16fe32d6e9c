import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { UnsyncedError } from '../errors.ts';

/** A sync that takes longer is left to another thread, in milliseconds. On a quick disk that would only answer later. */
const slowMs = 3;
/** So many syncs are left to it before the disk is measured again. */
const syncsElsewhere = 64;

/** The steps of a sync, as `node:fs` has them. */
export interface LogFile extends Disposable {
  /** Returns when what was written before is on the disk. */
  readonly syncNow: () => void;
  /** Calls back when what was written before is on the disk. */
  readonly sync: (done: (error: Error | null) => void) => void;
  /** Writes all that the file has again: after a failed sync, the system may not know any more what it has not written. */
  readonly rewrite: () => void;
}

/** The log of an open database, opened at its first sync. SQLite writes to the same file until the database is closed. */
export function logOf(database: DatabaseSync): LogFile {
  // The name that SQLite uses: it follows links.
  const path = database.location();
  if (path === null) return noLog;
  let file: number | null = null;
  const open = () => (file ??= openSync(`${path}-wal`, 'r+'));
  return {
    syncNow: () => fdatasyncSync(open()),
    sync: (done) => fdatasync(open(), done),
    rewrite: () => {
      const bytes = Buffer.alloc(fstatSync(open()).size);
      readSync(open(), bytes, 0, bytes.length, 0);
      writeSync(open(), bytes, 0, bytes.length, 0);
    },
    [Symbol.dispose]: () => {
      if (file !== null) closeSync(file);
    },
  };
}

/** The log of a database in memory. */
const noLog: LogFile = {
  syncNow: () => {},
  sync: (done) => void setImmediate(done, null),
  rewrite: () => {},
  [Symbol.dispose]: () => {},
};

interface Waiting {
  /** The commits that it covers. */
  readonly commits: number;
  readonly promise: Promise<void>;
}

/**
 * Syncs of SQLite's log, one at a time. While the disk is slow they are made on another thread, and requests are served
 * meanwhile; a commit that comes during one waits for the next, with all others that do.
 */
export class LogSync implements Disposable {
  readonly #file: LogFile;
  readonly #now: () => number;
  #commits = 0;
  #synced = 0;
  #running: Waiting | null = null;
  #next: PromiseWithResolvers<void> | null = null;
  #hasFailed = false;
  #elsewhere = 0;

  /**
   * @param file owned from here on
   * @param now milliseconds of a clock that is never set
   */
  constructor(file: LogFile, now = () => performance.now()) {
    this.#file = file;
    this.#now = now;
  }

  /** True if all commits are on the disk. */
  get isSettled(): boolean {
    return this.#synced === this.#commits;
  }

  /** Resolves when a commit that was just made is on the disk; rejects with an `UnsyncedError` if the disk refuses it. */
  committed(): Promise<void> {
    this.#commits += 1;
    return this.settled();
  }

  /** The same for all commits so far, at once if they are. Where the last sync failed, this is another one. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    if (this.#running === null) return this.#begin(Promise.withResolvers());
    if (this.#running.commits === this.#commits) return this.#running.promise;
    this.#next ??= Promise.withResolvers();
    return this.#next.promise;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #begin({ promise, resolve, reject }: PromiseWithResolvers<void>): Promise<void> {
    const commits = this.#commits;
    this.#running = { commits, promise };
    const end = (error: unknown) => {
      this.#running = null;
      this.#hasFailed = error !== null;
      if (error === null) this.#synced = commits;
      // Before the callers are answered: the disk has nothing to do until it is asked.
      const next = this.#next;
      this.#next = null;
      if (next !== null) void this.#begin(next);
      if (error === null) resolve();
      else reject(new UnsyncedError({ cause: error }));
    };
    try {
      if (this.#hasFailed) this.#file.rewrite();
      this.#sync(end);
    } catch (error) {
      end(error);
    }
    return promise;
  }

  #sync(end: (error: Error | null) => void): void {
    if (this.#elsewhere > 0) {
      this.#elsewhere -= 1;
      this.#file.sync(end);
      return;
    }
    const begunAt = this.#now();
    this.#file.syncNow();
    if (this.#now() - begunAt > slowMs) this.#elsewhere = syncsElsewhere;
    end(null);
  }
}
