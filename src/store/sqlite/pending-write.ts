import type { Transaction } from 'kysely';
import type { UnsyncedError } from '../errors.ts';
import type { Database } from '../tables/database.ts';
import type { Work } from '../transactions.ts';

/** A write whose caller waits, whatever it returns. */
export type Write = Pick<
  PendingWrite<unknown>,
  'isSynced' | 'runIn' | 'failsWith' | 'committed' | 'markUnsynced' | 'answer'
>;

interface Caller<Value> extends Pick<PromiseWithResolvers<Value>, 'resolve' | 'reject'> {
  readonly committed: (() => void) | undefined;
}

/** A write whose caller waits. */
export class PendingWrite<Value> {
  /** True if its caller is answered when it is on the disk. */
  readonly isSynced: boolean;
  readonly #work: Work<Value>;
  readonly #caller: Caller<Value>;
  #answer: () => void = () => {};
  #hasFailed = false;

  constructor(work: Work<Value>, isSynced: boolean, caller: Caller<Value>) {
    this.#work = work;
    this.isSynced = isSynced;
    this.#caller = caller;
  }

  /** Runs in an open transaction; false where it failed. Answers nothing yet. */
  async runIn(trx: Transaction<Database>): Promise<boolean> {
    try {
      const value = await this.#work(trx);
      this.#hasFailed = false;
      this.#answer = () => this.#caller.resolve(value);
      return true;
    } catch (error) {
      this.failsWith(error);
      return false;
    }
  }

  /** Its transaction failed, whatever the result of its statements. */
  failsWith(error: unknown): void {
    this.#hasFailed = true;
    this.#answer = () => this.#caller.reject(error);
  }

  /** It is committed, and waits for the disk. */
  committed(): void {
    this.#caller.committed?.();
  }

  /** It was committed, but the disk did not confirm it. A write that failed by itself still says why. */
  markUnsynced(error: UnsyncedError): void {
    if (!this.#hasFailed) this.failsWith(error);
  }

  /** Reports the result of the last run, which is committed by now. */
  answer(): void {
    this.#answer();
  }
}
