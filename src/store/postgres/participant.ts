import {
  DummyDriver,
  Transaction,
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type Dialect,
  type Kysely,
  type KyselyProps,
  type QueryResult,
} from 'kysely';
import { rankOf, type Statement } from '../statement.ts';
import type { Database } from '../tables/database.ts';
import type { Work } from '../transactions.ts';

/** The result of one write. */
export type Outcome<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown };

/** All that a transaction is made of for Kysely, apart from its connection. */
export type TransactionProps = Pick<KyselyProps, 'config' | 'driver' | 'dialect' | 'executor'>;

/** Those of a database. */
export const transactionPropsOf = (db: Kysely<Database>, dialect: Dialect): TransactionProps => ({
  config: { dialect },
  dialect,
  // A transaction begins and ends without it.
  driver: new DummyDriver(),
  executor: db.getExecutor(),
});

/** A statement that was asked for and not sent. */
export interface Pending {
  readonly by: Participant<unknown>;
  readonly query: Statement;
  /** Its place in the order of locks. */
  readonly rank: number;
  readonly key: string;
  /** Null if its write does not wait for it. */
  readonly answer: PromiseWithResolvers<QueryResult<unknown>> | null;
}

/** One write of several in a transaction: the statements that it has asked for, and how it ended. */
export class Participant<Value> implements ConnectionProvider, DatabaseConnection {
  readonly #work: Work<Value>;
  readonly #trx: Transaction<Database>;
  readonly #onQuiet: () => void;
  #ended: Promise<void> = Promise.resolve();
  #outcome: Outcome<Value> | null = null;
  #pending: Pending[] = [];
  readonly #unanswered = new Set<Pending>();
  /** The last place in the order of locks: statements without a lock of their own stay there, and none goes back. */
  #rank = 0;
  #key = '';
  #abortion: { readonly error: unknown } | null = null;
  /** Set when a statement of it has changed rows. */
  hasWritten = false;

  /** @param onQuiet called each time it begins to wait for answers, and when it has ended */
  constructor(work: Work<Value>, { executor, ...props }: TransactionProps, onQuiet: () => void) {
    this.#work = work;
    this.#onQuiet = onQuiet;
    this.#trx = new Transaction({ ...props, executor: executor.withConnectionProvider(this) });
  }

  /** Called once. */
  start(): void {
    this.#ended = this.#run();
  }

  get hasEnded(): boolean {
    return this.#outcome !== null;
  }

  /** Only after its end. */
  get outcome(): Outcome<Value> {
    if (this.#outcome === null) throw new Error('The write has not ended');
    return this.#outcome;
  }

  get isWaiting(): boolean {
    return this.#unanswered.size > 0;
  }

  /** True if it has failed and left something that must not be committed. */
  get mustBeUndone(): boolean {
    return this.outcome.kind === 'failed' && (this.hasWritten || this.#pending.length > 0);
  }

  /** True if it has ended, or will when what it has asked for is answered. */
  get isAtItsLast(): boolean {
    if (this.hasEnded) return true;
    return this.#unanswered.size === 1 && this.#pending.at(-1)?.query.isLast === true;
  }

  /** The rank of the first statement that it waits for; infinite if it waits for none. */
  get awaitedRank(): number {
    return this.#pending.find(({ answer }) => answer !== null)?.rank ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and returns the statements up to a rank. */
  take(rank: number): readonly Pending[] {
    const next = this.#pending.findIndex((pending) => pending.rank > rank);
    return this.#pending.splice(0, next === -1 ? this.#pending.length : next);
  }

  /** Reports the result of a statement; returns true if the write goes on because of it. */
  answer(pending: Pending, result: QueryResult<unknown>): boolean {
    if (pending.answer === null) return false;
    this.#unanswered.delete(pending);
    pending.answer.resolve(result);
    return this.#unanswered.size === 0;
  }

  /** Fails all that it waits for and will ask for; resolves when it has ended. */
  async abort(error: unknown): Promise<void> {
    this.#abortion = { error };
    for (const { answer } of this.#unanswered) answer?.reject(error);
    await this.#ended;
    // It may have ended before a statement failed that it did not look at.
    if (this.outcome.kind === 'done') this.#outcome = { kind: 'failed', error };
  }

  provideConnection<Result>(consumer: (connection: DatabaseConnection) => Promise<Result>): Promise<Result> {
    return consumer(this);
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>>;
  executeQuery(query: Statement): Promise<QueryResult<unknown>> {
    if (this.#abortion !== null) return Promise.reject(this.#abortion.error);
    this.#pass(query);
    const answer = query.isBlind === true ? null : Promise.withResolvers<QueryResult<unknown>>();
    const pending = { by: this, query, rank: this.#rank, key: this.#key, answer };
    this.#pending.push(pending);
    if (answer === null) return Promise.resolve({ rows: [] });
    this.#unanswered.add(pending);
    if (this.#unanswered.size === 1) this.#onQuiet();
    return answer.promise;
  }

  streamQuery(): never {
    throw new Error('Rows are not streamed');
  }

  #pass({ locks }: Statement): void {
    if (locks === undefined) return;
    const rank = rankOf(locks);
    if (rank > this.#rank) this.#key = locks.key;
    else if (rank === this.#rank && locks.key > this.#key) this.#key = locks.key;
    this.#rank = Math.max(this.#rank, rank);
  }

  async #run(): Promise<void> {
    try {
      this.#outcome = { kind: 'done', value: await this.#work(this.#trx) };
    } catch (error) {
      this.#outcome = { kind: 'failed', error };
    }
    if (!this.isWaiting) this.#onQuiet();
  }
}
