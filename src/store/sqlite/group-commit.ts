import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import { CommitPace } from './commit-pace.ts';
import type { LogSync } from './log-sync.ts';
import { PendingWrite, type Write } from './pending-write.ts';
import type { UnsyncedError } from '../errors.ts';
import type { Database } from '../tables/database.ts';
import type { Transactions, Work } from '../transactions.ts';

/**
 * Time after which a group takes no further write, in milliseconds: a group occupies the event loop for as long as its
 * statements and one sync of the disk take, and other I/O is served after it.
 */
const usualGroupMs = 20;
/**
 * So many groups after a failure have savepoints. What SQLite keeps for them is a tenth of an insert's CPU; without them a
 * failure lets the group run twice.
 */
const carefulGroups = 16;

/** The connection of a database, and its settings. */
export interface GroupCommitOptions {
  readonly db: Kysely<Database>;
  /** The open transaction of the connection, whichever it is. */
  readonly open: Transaction<Database>;
  /**
   * Sets whether SQLite itself waits for the disk at a commit. Called between transactions, and with `true` after each `false`:
   * what does not pass here waits.
   */
  readonly setSync: (isOn: boolean) => void;
  /** Syncs what was committed without that wait. */
  readonly log: LogSync;
  readonly groupMs?: number;
  readonly pace?: CommitPace;
}

/**
 * Transactions of a database with one connection, each of which is on the disk before its caller is answered: those that
 * arrive in the same iteration of the event loop are committed together, and while a slow disk is synced on another thread, the
 * next group is committed already. Reads see a commit before it is on the disk (`durable`). A group of writes that can wait does so
 * while that brings more of them together (`CommitPace`); a write that cannot takes them along.
 *
 * They run one after the other in the order in which they came, and each has the result that it would have alone: where one
 * fails, the group is undone and run again, each write in a savepoint, so that a failure of one undoes nothing of another.
 * Callers are answered when the commit is on the disk. If the group as a whole fails (a full disk ends the transaction), each is run
 * again in a transaction of its own.
 *
 * Unsynced writes are answered after their commit. The log keeps the order of commits, and the next sync takes them along:
 * a power cut leaves what was committed up to some moment.
 */
export class GroupCommit implements Transactions {
  readonly #options: GroupCommitOptions;
  #waiting: Write[] = [];
  /** The groups that are under way; null while none is. */
  #running: Promise<void> | null = null;
  readonly #pace: CommitPace;
  /** True while a write of the next group cannot wait. */
  #isUrgent = false;
  #endWait: () => void = () => {};
  /** The next groups that have savepoints. */
  #careful = 0;
  /** Resolves when the last writes that wait for the disk are answered. */
  #answered: Promise<void> = Promise.resolve();

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#pace = options.pace ?? new CommitPace();
  }

  run<Value>(work: Work<Value>, _keys?: readonly string[], onCommitted?: () => void): Promise<Value> {
    this.#hurry();
    return this.#add(work, true, onCommitted);
  }

  runSoon<Value>(work: Work<Value>): Promise<Value> {
    return this.#add(work, true);
  }

  runUnsynced<Value>(work: Work<Value>): Promise<Value> {
    return this.#add(work, false);
  }

  durable(): Promise<void> {
    return this.#options.log.settled();
  }

  async settled(): Promise<void> {
    this.#hurry();
    await this.#running;
    await this.#answered;
  }

  #hurry(): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    setImmediate(this.#endWait);
  }

  #add<Value>(work: Work<Value>, isSynced: boolean, onCommitted?: () => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(new PendingWrite(work, isSynced, { resolve, reject, committed: onCommitted }));
      this.#running ??= this.#commitAll();
    });
  }

  /** Never rejects: each failure is its caller's. */
  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      const group = this.#waiting;
      this.#waiting = [];
      const left = group.length === 1 ? null : await this.#commit(group);
      if (left === null) for (const write of group) await this.#commitAlone(write);
      else if (left.length > 0) {
        this.#waiting = [...left, ...this.#waiting];
        // They have waited already.
        this.#isUrgent = true;
      }
    }
    this.#running = null;
  }

  /** Waits for what else arrives in this iteration, or for a few milliseconds. */
  async #gather(): Promise<void> {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const waitMs = this.#isUrgent ? 0 : this.#pace.next();
    if (waitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.#endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#endWait = () => {};
      if (!this.#isUrgent) this.#pace.note(this.#waiting.length);
    }
    this.#isUrgent = false;
  }

  /** Commits writes, and has them answered. Returns those for which there was no time; null if the group failed, unanswered. */
  async #commit(group: readonly Write[]): Promise<readonly Write[] | null> {
    const hasSavepoints = this.#careful > 0;
    if (hasSavepoints) this.#careful -= 1;
    let taken = 0;
    try {
      await this.#inTransaction(async () => {
        taken = await (hasSavepoints ? this.#runEach(group) : this.#runAll(group));
      });
    } catch (error) {
      if (!(error instanceof UndoneError)) return null;
      this.#careful = carefulGroups;
      return this.#commit(group);
    }
    this.#answer(group.slice(0, taken));
    return group.slice(taken);
  }

  /**
   * Runs writes, as many as there is time for; returns their number.
   *
   * @throws UndoneError where one fails
   */
  async #runAll(group: readonly Write[]): Promise<number> {
    return this.#runInTime(group, async (write) => {
      if (!(await write.runIn(this.#options.open))) throw new UndoneError();
    });
  }

  /** The same, each in a savepoint: one that fails undoes nothing of another. */
  async #runEach(group: readonly Write[]): Promise<number> {
    const { open } = this.#options;
    return this.#runInTime(group, async (write) => {
      await open.executeQuery(statements.savepoint);
      // Fails where the database has ended the transaction by itself.
      if (!(await write.runIn(open))) await open.executeQuery(statements.undo);
      await open.executeQuery(statements.release);
    });
  }

  async #runInTime(group: readonly Write[], run: (write: Write) => Promise<void>): Promise<number> {
    const until = performance.now() + (this.#options.groupMs ?? usualGroupMs);
    let taken = 0;
    for (const write of group) {
      if (taken > 0 && performance.now() > until) break;
      await run(write);
      taken += 1;
    }
    return taken;
  }

  /** Commits a write in a transaction of its own, and has it answered. Never rejects. */
  async #commitAlone(write: Write): Promise<void> {
    try {
      await this.#inTransaction(async () => {
        if (!(await write.runIn(this.#options.open))) throw new UndoneError();
      });
    } catch (error) {
      if (!(error instanceof UndoneError)) write.failsWith(error);
      write.answer();
      return;
    }
    this.#answer([write]);
  }

  /** Answers writes that are committed, in their order: at once, or when they are on the disk. */
  #answer(writes: readonly Write[]): void {
    const synced = writes.filter(({ isSynced }) => isSynced);
    if (synced.length < writes.length) for (const write of writes) if (!write.isSynced) write.answer();
    if (synced.length === 0) return;
    const { log } = this.#options;
    const onDisk = log.committed();
    if (!log.isSettled) for (const write of synced) write.committed();
    const answer = (error: UnsyncedError | null) => {
      for (const write of synced) {
        if (error !== null) write.markUnsynced(error);
        write.answer();
      }
    };
    this.#answered = onDisk.then(() => answer(null), answer);
  }

  #inTransaction(work: () => Promise<void>): Promise<void> {
    const { db, open, setSync } = this.#options;
    return db.connection().execute(async () => {
      setSync(false);
      try {
        await open.executeQuery(statements.begin);
        try {
          await work();
          await open.executeQuery(statements.commit);
        } catch (error) {
          await open.executeQuery(statements.rollback);
          throw error;
        }
      } finally {
        setSync(true);
      }
    });
  }
}

const statements = {
  begin: CompiledQuery.raw('begin'),
  commit: CompiledQuery.raw('commit'),
  rollback: CompiledQuery.raw('rollback'),
  savepoint: CompiledQuery.raw('savepoint one'),
  undo: CompiledQuery.raw('rollback to one'),
  release: CompiledQuery.raw('release one'),
};

/** Ends the transaction of a write that failed; the write knows why. */
class UndoneError extends Error {
  override readonly name = 'UndoneError';
}
