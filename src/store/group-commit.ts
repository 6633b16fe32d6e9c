import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import type { Database } from './tables/database.ts';
import type { Transactions, Work } from './transactions.ts';

/**
 * Time after which a group takes no further write, in milliseconds: a group occupies the event loop for as long as its
 * statements and one sync of the disk take, and other I/O is served after it.
 */
const usualGroupMs = 20;

const [begin, undo, end] = ['savepoint one', 'rollback to one', 'release one'].map((sql) =>
  CompiledQuery.raw(sql),
) as [CompiledQuery, CompiledQuery, CompiledQuery];

/**
 * Transactions of a database with one connection, whose every commit waits for the disk: those that arrive in the same
 * iteration of the event loop, or during a commit, are committed together.
 *
 * They run one after the other in the order in which they came, each in a savepoint, so that each has the result that it
 * would have alone: a failure of one undoes nothing of another. Callers are answered after the commit. If the group
 * as a whole fails (a full disk ends the transaction), each is run again in a transaction of its own.
 */
export class GroupCommit implements Transactions {
  readonly #db: Kysely<Database>;
  readonly #groupMs: number;
  #waiting: Write[] = [];
  /** The groups that are under way; null while none is. */
  #running: Promise<void> | null = null;

  constructor(db: Kysely<Database>, groupMs = usualGroupMs) {
    this.#db = db;
    this.#groupMs = groupMs;
  }

  run<Value>(work: Work<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(new PendingWrite(work, resolve, reject));
      this.#running ??= this.#commitAll();
    });
  }

  async settled(): Promise<void> {
    await this.#running;
  }

  /** Never rejects: each failure is its caller's. */
  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What else arrives in this iteration comes along.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const group = this.#waiting;
      this.#waiting = [];
      const left = group.length === 1 ? null : await this.#commit(group);
      if (left === null) for (const write of group) await write.runAlone(this.#db);
      else this.#waiting = [...left, ...this.#waiting];
    }
    this.#running = null;
  }

  /** Commits writes and answers them. Returns those for which there was no time; null if the group failed, unanswered. */
  async #commit(group: readonly Write[]): Promise<readonly Write[] | null> {
    const until = performance.now() + this.#groupMs;
    const taken: Write[] = [];
    try {
      await this.#db.transaction().execute(async (trx) => {
        for (const write of group) {
          if (taken.length > 0 && performance.now() > until) break;
          await trx.executeQuery(begin);
          // Fails where the database has ended the transaction by itself.
          if (!(await write.runIn(trx))) await trx.executeQuery(undo);
          await trx.executeQuery(end);
          taken.push(write);
        }
      });
    } catch {
      return null;
    }
    for (const write of taken) write.answer();
    return group.slice(taken.length);
  }
}

/** A write whose caller waits. */
type Write = Pick<PendingWrite<unknown>, 'runIn' | 'answer' | 'runAlone'>;

class PendingWrite<Value> {
  readonly #work: Work<Value>;
  readonly #resolve: (value: Value) => void;
  readonly #reject: (error: unknown) => void;
  #answer: () => void = () => {};

  constructor(work: Work<Value>, resolve: (value: Value) => void, reject: (error: unknown) => void) {
    this.#work = work;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Runs in the transaction of a group; false where it failed. Answers nothing yet. */
  async runIn(trx: Transaction<Database>): Promise<boolean> {
    try {
      const value = await this.#work(trx);
      this.#answer = () => this.#resolve(value);
      return true;
    } catch (error) {
      this.#answer = () => this.#reject(error);
      return false;
    }
  }

  /** Reports the result of the last run, which is committed by now. */
  answer(): void {
    this.#answer();
  }

  /** Runs in a transaction of its own and answers. Never rejects. */
  async runAlone(db: Kysely<Database>): Promise<void> {
    try {
      this.#resolve(await db.transaction().execute(this.#work));
    } catch (error) {
      this.#reject(error);
    }
  }
}
