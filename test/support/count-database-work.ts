import { DatabaseSync, StatementSync } from 'node:sqlite';

/** The statements that ran on the SQLite databases of this process. */
export interface DatabaseWork {
  /** All of them, those that begin and end transactions included. */
  readonly statements: number;
  /** The rows that they returned together. */
  readonly rows: number;
  readonly transactions: number;
  /** Commits that wait for the disk, where they have something to write. */
  readonly syncedCommits: number;
}

/**
 * Counts what runs on databases until its disposal. One at a time.
 *
 * @param ignored statements that do not count
 */
export function countDatabaseWork(ignored: RegExp): Disposable & { readonly counts: () => DatabaseWork } {
  let [statements, transactions, rows] = [0, 0, 0];
  let syncedCommits = 0;
  let isSynced = true;
  const note = (text: string) => {
    if (text === 'commit' && isSynced) syncedCommits += 1;
    if (text === 'begin') transactions += 1;
    if (!ignored.test(text)) statements += 1;
  };
  const undo: (() => void)[] = [];
  for (const name of ['run', 'all', 'get', 'iterate'] as const) {
    const original = StatementSync.prototype[name] as (...given: unknown[]) => unknown;
    StatementSync.prototype[name] = function counted(this: StatementSync, ...given: unknown[]) {
      note(this.sourceSQL);
      const result = original.apply(this, given);
      if (Array.isArray(result) && name === 'all') rows += result.length;
      return result;
    } as never;
    undo.push(() => void (StatementSync.prototype[name] = original as never));
  }
  const exec = DatabaseSync.prototype['exec' as keyof DatabaseSync] as (text: string) => void;
  DatabaseSync.prototype.exec = function counted(this: DatabaseSync, text: string) {
    if (text.startsWith('pragma synchronous')) isSynced = text.endsWith('full');
    note(text);
    exec.call(this, text);
  };
  undo.push(() => void (DatabaseSync.prototype.exec = exec));
  return {
    counts: () => ({ statements, rows, transactions, syncedCommits }),
    [Symbol.dispose]: () => {
      for (const each of undo) each();
    },
  };
}
