import { accessSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../settings/make-folder.ts';
import { StoreUnavailableError } from '../errors.ts';

/**
 * Pages of the log before they are copied to the database: 16 MB. With 1000, SQLite's default, a server under load copied the
 * same pages after every seventh commit, with three syncs each time; more would take longer each time, and at a start.
 */
const checkpointPages = 4000;

/**
 * Opens a file for this process alone.
 *
 * @param mustExist false: it is made where it is missing
 * @throws StoreUnavailableError
 */
export function openSqliteFile(file: string, { mustExist = false } = {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (mustExist) accessSync(file);
    else makeFolder(dirname(file));
    database = new DatabaseSync(file);
    database.exec('pragma busy_timeout = 0');
    // Exclusive before WAL: the index then lives in memory, and a second process is refused at its first read.
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    // What was answered is on the disk.
    database.exec('pragma synchronous = full');
    // Each write of a group can be undone alone, for which SQLite keeps copies of pages: on the disk they were nine tenths
    // of all bytes written (50 tasks at once: 364 kB in the life of each, without them 40 kB).
    database.exec('pragma temp_store = memory');
    // 16 MB: some keys are random, so that writes read pages all over a large database.
    database.exec('pragma cache_size = -16000');
    database.exec(`pragma wal_autocheckpoint = ${checkpointPages}`);
    database.exec('begin exclusive; commit');
    return database;
  } catch (cause) {
    database?.close();
    throw new StoreUnavailableError(`The database ${file} ${whyNot(cause)}`, { cause });
  }
}

function whyNot(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message)) {
    return 'is in use by another process: stop that one, or give this one its own DATA_DIR';
  }
  const isPlace = (cause instanceof Error && 'syscall' in cause) || /unable to open|readonly/i.test(message);
  return `cannot be opened: ${message}${isPlace ? '. Choose a folder that this user may write to' : ''}`;
}
