import { StoreUnavailableError, UnknownOutcomeError } from '../errors.ts';
import type { Transactions, Work } from '../transactions.ts';
import {
  JointTransaction,
  type JointResult,
  type LostCommit,
  type PipelinedClient,
} from './joint-transaction.ts';
import { KeyQueue } from './key-queue.ts';
import { fateOf } from './lost-commit.ts';
import type { Outcome, TransactionProps } from './participant.ts';

/** The number of runs of a write that conflicts with others: each time another one has made progress. */
const mostRuns = 5;

/**
 * In milliseconds: a server that has not noticed that a connection is lost ends its transaction after 5 s
 * (`idleInTransactionMs`), and a stop of this process is cut after 9.5 s.
 */
const findWithinMs = 8000;

/** Settings of the writes of a database. */
export interface GroupedWritesOptions {
  readonly connect: () => Promise<PipelinedClient & { release(): void }>;
  readonly props: TransactionProps;
  /** True if a write failed only because of another one at the same time. */
  readonly isConflict: (error: unknown) => boolean;
  /** Groups that are under way at once: while one waits for the disk, the next one reads. */
  readonly mostGroups?: number;
  /** Writes of one group. */
  readonly mostWrites?: number;
  /** The time in which the outcome of a lost commit must be found, in milliseconds. */
  readonly findWithinMs?: number;
}

/**
 * Writes that arrive together share a transaction: its round trips, its lock on the counter of revisions and its commit.
 *
 * Writes with a key in common follow one another, in the order in which they came. If one of a group fails and leaves
 * something to undo, nothing of the group is kept: that one runs again alone, the others again together. So each has the
 * result that it would have had alone. Where the answer to a commit is lost with its connection, the server is asked
 * whether it was made; what cannot be found out rejects with an `UnknownOutcomeError`.
 */
export class GroupedWrites implements Transactions {
  readonly #options: Required<GroupedWritesOptions>;
  readonly #keys = new KeyQueue<Write>();
  #ready: Write[] = [];
  #groups = 0;
  #isGathering = false;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: GroupedWritesOptions) {
    this.#options = { mostGroups: 2, mostWrites: 64, findWithinMs, ...options };
  }

  run<Value>(work: Work<Value>, keys?: readonly string[]): Promise<Value> {
    const result =
      keys === undefined
        ? this.#runAlone(work)
        : new Promise<Value>((resolve, reject) => {
            const write: Write = { work, keys, resolve: resolve as (value: unknown) => void, reject };
            if (this.#keys.take(write)) this.#add(write);
          });
    return this.#follow(result);
  }

  #follow<Value>(result: Promise<Value>): Promise<Value> {
    const answered = result.then(
      () => void this.#underWay.delete(answered),
      () => void this.#underWay.delete(answered),
    );
    this.#underWay.add(answered);
    return result;
  }

  /** A group that is under way is all that it waits for. */
  runSoon<Value>(work: Work<Value>, keys?: readonly string[]): Promise<Value> {
    return this.run(work, keys);
  }

  /** Other processes see it, so it is synced as well; that its commit was made nobody has to know. */
  runUnsynced<Value>(work: Work<Value>): Promise<Value> {
    return this.#follow(this.#runAlone(work, false));
  }

  /** The server shows nothing before it is on its disk. */
  durable(): Promise<void> {
    return Promise.resolve();
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #add(write: Write): void {
    this.#ready.push(write);
    this.#gather();
  }

  /** What else arrives in this iteration of the event loop comes along. */
  #gather(): void {
    if (this.#isGathering || this.#groups >= this.#options.mostGroups || this.#ready.length === 0) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      const group = this.#ready.splice(0, this.#options.mostWrites);
      this.#groups += 1;
      void this.#runGroup(group);
      this.#gather();
    });
  }

  async #runGroup(group: readonly Write[]): Promise<void> {
    await this.#runTogether(group);
    this.#groups -= 1;
    this.#gather();
  }

  /** Answers each write of a group. Never rejects. */
  async #runTogether(group: readonly Write[]): Promise<void> {
    if (group.length === 1) return this.#answerAlone(group);
    const works = group.map(({ work }) => work);
    const result = await this.#transaction(works).catch((error: unknown) => ({ error }));
    if ('error' in result) {
      // No connection.
      for (const write of group) this.#settle(write, () => write.reject(result.error));
      return;
    }
    const { undoneBy, outcomes } = result;
    const isLost = undoneBy !== null && outcomes.some(isUnavailable);
    if (undoneBy === null || isLost) {
      for (const [index, write] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) throw new Error('A write has no outcome');
        this.#settle(write, () =>
          outcome.kind === 'done' ? write.resolve(outcome.value) : write.reject(outcome.error),
        );
      }
      return;
    }
    const others = group.filter((_, index) => !undoneBy.has(index));
    if (others.length > 0) await this.#runTogether(others);
    await this.#answerAlone(group.filter((_, index) => undoneBy.has(index)));
  }

  async #answerAlone(writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      await this.#runAlone(write.work).then(
        (value) => this.#settle(write, () => write.resolve(value)),
        (error: unknown) => this.#settle(write, () => write.reject(error)),
      );
    }
  }

  #settle(write: Write, answer: () => void): void {
    answer();
    for (const next of this.#keys.release(write)) this.#add(next);
  }

  async #runAlone<Value>(work: Work<Value>, isNamed = true): Promise<Value> {
    for (let run = 1; ; run += 1) {
      const {
        outcomes: [outcome],
        undoneBy,
      } = await this.#transaction([work], isNamed);
      if (outcome === undefined) throw new Error('A write has no outcome');
      if (outcome.kind === 'done') return outcome.value;
      if (undoneBy === null || run === mostRuns || !this.#options.isConflict(outcome.error))
        throw outcome.error;
    }
  }

  async #transaction<Value>(works: readonly Work<Value>[], isNamed = true): Promise<JointResult<Value>> {
    const { connect, props } = this.#options;
    const client = await connect();
    let result: JointResult<Value>;
    try {
      result = await new JointTransaction(client, props, works, isNamed).run();
    } finally {
      client.release();
    }
    return result.lost === null ? result : this.#find(result, result.lost);
  }

  /** The true result of a transaction whose answer was lost. */
  async #find<Value>(result: JointResult<Value>, { name, cause }: LostCommit): Promise<JointResult<Value>> {
    const { connect, findWithinMs: withinMs } = this.#options;
    const fate = name === null ? 'unknown' : await fateOf(connect, name, withinMs);
    if (fate === 'committed') return result;
    const error =
      fate === 'undone' ? cause : new UnknownOutcomeError({ hasEnded: fate === 'forgotten', cause });
    return { ...result, outcomes: result.outcomes.map(() => ({ kind: 'failed', error })) };
  }
}

/** A write that may share a transaction, and its caller. */
interface Write {
  readonly work: Work<unknown>;
  readonly keys: readonly string[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const isUnavailable = (outcome: Outcome<unknown>): boolean =>
  outcome.kind === 'failed' && outcome.error instanceof StoreUnavailableError;
