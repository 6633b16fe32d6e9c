import type { CompiledQuery, PostgresQueryResult, QueryResult } from 'kysely';
import { StoreUnavailableError } from '../errors.ts';
import type { Work } from '../transactions.ts';
import { askName, type TransactionName } from './lost-commit.ts';
import { Participant, type Outcome, type Pending, type TransactionProps } from './participant.ts';
import { begin } from './postgres-dialect.ts';

/** A connection that sends queries without waiting for the results of those before them. */
export interface PipelinedClient {
  query(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>>;
  /** Sends the queries that `send` makes as one message. */
  inOneMessage<Value>(send: () => Value): Value;
}

/** A commit whose answer was lost with the connection. */
export interface LostCommit {
  /** Null if it was not asked for, or was lost too. */
  readonly name: TransactionName | null;
  readonly cause: StoreUnavailableError;
}

/** The end of a transaction. */
export interface JointResult<Value> {
  /** If set, nothing else of the result is true unless the commit was made. */
  readonly lost: LostCommit | null;
  /** The indexes of the writes because of which nothing was kept; null: all was committed. */
  readonly undoneBy: ReadonlySet<number> | null;
  /** The outcomes of the writes, in their order; of no value where nothing was kept, but to a write that was alone. */
  readonly outcomes: readonly Outcome<Value>[];
}

/**
 * One transaction in which several writes run side by side.
 *
 * Their statements go out together: all writes have to wait for an answer, then what they wait for is sent as one
 * message. A statement whose result its write does not look at waits for the next message. So a transaction takes as
 * many round trips as its longest write has results to look at, and one for the commit, however many writes there are.
 *
 * Locks are taken in one order across all writes (statement.ts): a statement is sent only when no write can still ask
 * for a row that comes before. So a transaction waits for no other that waits for it. Writes must not read what
 * another one of them changes: that is for the caller to see to.
 */
export class JointTransaction<Value> {
  readonly #client: PipelinedClient;
  readonly #writes: readonly Participant<Value>[];
  readonly #isNamed: boolean;
  #name: TransactionName | null = null;
  #isCommitting = false;
  /** Writes that compute at the moment; the others wait for an answer, or have ended. */
  #active: number;
  #quiet = Promise.withResolvers<void>();
  #hasBegun = false;

  /** @param isNamed true if a lost answer to the commit must be found out: the server gives the transaction a name */
  constructor(
    client: PipelinedClient,
    props: TransactionProps,
    works: readonly Work<Value>[],
    isNamed: boolean,
  ) {
    this.#client = client;
    this.#isNamed = isNamed;
    this.#active = works.length;
    this.#writes = works.map((work) => new Participant(work, props, () => this.#deactivate()));
  }

  /** Never rejects. */
  async run(): Promise<JointResult<Value>> {
    for (const write of this.#writes) write.start();
    try {
      let isCommitted = false;
      while (await this.#areWaiting()) {
        if (isCommitted) throw new Error('A statement was sent after the last one');
        isCommitted = this.#isLastMessage();
        if (isCommitted) await this.#send(this.#takeAll(), ['commit']);
        else await this.#send(this.#sendable(), []);
      }
      const failed = this.#writes.flatMap((write, index) => (write.mustBeUndone ? [index] : []));
      if (failed.length > 0) {
        await this.#rollBack();
        return this.#resultOf(new Set(failed));
      }
      const rest = this.#takeAll();
      if (!isCommitted && (this.#hasBegun || rest.length > 0)) await this.#send(rest, ['commit']);
      return this.#resultOf(null);
    } catch (error) {
      const { cause, by } = error instanceof StatementError ? error : { cause: error, by: null };
      if (this.#isCommitting && cause instanceof StoreUnavailableError) return this.#lose(cause);
      await Promise.all(this.#writes.map((write) => write.abort(cause)));
      await this.#rollBack();
      return this.#resultOf(
        new Set(this.#writes.flatMap((write, index) => (by === null || write === by ? [index] : []))),
      );
    }
  }

  #resultOf(undoneBy: ReadonlySet<number> | null): JointResult<Value> {
    return { lost: null, undoneBy, outcomes: this.#writes.map(({ outcome }) => outcome) };
  }

  /** Most writes have ended by then; one that waited for its last answer will never get it. */
  async #lose(cause: StoreUnavailableError): Promise<JointResult<Value>> {
    await Promise.all(this.#writes.filter((write) => !write.hasEnded).map((write) => write.abort(cause)));
    return { ...this.#resultOf(null), lost: { name: this.#name, cause } };
  }

  /** Resolves when no write computes: true if some wait for answers, false if all have ended. */
  async #areWaiting(): Promise<boolean> {
    do {
      if (this.#active > 0) {
        this.#quiet = Promise.withResolvers();
        await this.#quiet.promise;
      }
      // A write may ask for several things at once.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    } while (this.#active > 0);
    return this.#writes.some((write) => write.isWaiting);
  }

  #deactivate(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#quiet.resolve();
  }

  /** True if nothing can follow what the writes have asked for, and all of it may be kept. */
  #isLastMessage(): boolean {
    return this.#writes.every((write) => write.isAtItsLast && !(write.hasEnded && write.mustBeUndone));
  }

  #takeAll(): Pending[] {
    return this.#writes.flatMap((write) => write.take(Number.POSITIVE_INFINITY));
  }

  /** What may be sent now: a write that waits may ask for any row from there on. */
  #sendable(): Pending[] {
    const rank = Math.min(...this.#writes.map((write) => write.awaitedRank));
    return this.#writes.flatMap((write) => write.take(rank));
  }

  async #send(statements: Pending[], ends: readonly string[]): Promise<void> {
    const inOrder = statements.toSorted(
      (a, b) => a.rank - b.rank || (a.key < b.key ? -1 : Number(a.key > b.key)),
    );
    const begins = this.#hasBegun ? [] : [this.#isNamed ? `${begin}; ${askName}` : begin];
    this.#hasBegun = true;
    this.#isCommitting = ends.length > 0;
    const results = await this.#client.inOneMessage(() =>
      Promise.allSettled([
        ...begins.map((sql) => this.#client.query(sql, [])),
        ...inOrder.map(({ query: { sql, parameters } }) => this.#client.query(sql, parameters)),
        ...ends.map((sql) => this.#client.query(sql, [])),
      ]),
    );
    const [begun] = results;
    if (begins.length > 0 && begun?.status === 'fulfilled') this.#name = nameIn(begun.value);
    for (const [index, result] of results.entries()) {
      // Those after the first failure fail because of it.
      if (result.status === 'rejected') {
        throw new StatementError(result.reason, inOrder[index - begins.length]?.by ?? null);
      }
    }
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (ends.length > 0 && answers.at(-1)?.command !== 'COMMIT') throw new Error('Nothing was committed');
    for (const [index, pending] of inOrder.entries()) {
      const { by, query } = pending;
      const result = answers[index + begins.length];
      if (result === undefined) throw new Error('A statement has no result');
      if (query.query.kind !== 'SelectQueryNode' && !(isReturning(query) && result.rows.length === 0)) {
        by.hasWritten = true;
      }
      if (by.answer(pending, queryResultOf(result))) this.#active += 1;
    }
  }

  async #rollBack(): Promise<void> {
    if (!this.#hasBegun) return;
    // Where the connection is lost, the server rolls back by itself; its owner gives it up.
    await this.#client.query('rollback', []).catch(() => undefined);
  }
}

/** A statement failed, or the connection was lost; `by` null: no write is known to be the cause. */
class StatementError extends Error {
  readonly by: Participant<unknown> | null;

  constructor(cause: unknown, by: Participant<unknown> | null) {
    super('A statement failed', { cause });
    this.by = by;
  }
}

const isReturning = ({ query }: CompiledQuery): boolean =>
  'returning' in query && query.returning !== undefined;

/** The name in the results of several statements, of which the last one has asked for it. */
function nameIn(begun: PostgresQueryResult<unknown>): TransactionName | null {
  const [row] = [begun].flat().at(-1)?.rows ?? [];
  return row === undefined ? null : (row as TransactionName);
}

/** As Kysely's own connection reports it. */
function queryResultOf({ command, rowCount, rows }: PostgresQueryResult<unknown>): QueryResult<unknown> {
  const isChange =
    command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
  return isChange ? { numAffectedRows: BigInt(rowCount), rows } : { rows };
}
