import { sql, type Kysely } from 'kysely';
import { SpendingSums, type SpendingReport } from '../../domain/spending-report.ts';
import type { Owner } from '../../domain/video-task.ts';
import type { Database, LedgerRow } from '../tables/database.ts';
import { OneByOne } from './one-by-one.ts';

/** Bookings that one statement reads: some 5 ms, and between two of them other work is done. */
const sliceSize = 2000;

/** A range of UTC days: `from` is the first moment of the first, `before` that of the first one after. */
export interface SpendingRange {
  readonly from: number;
  readonly before: number;
}

/** Sums the ledger of an owner in a range, in slices: each owner has one at a time in the queue for the connection. */
export class SpendingSlices {
  readonly #db: Kysely<Database>;
  readonly #turns = new OneByOne<Owner>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** What is booked meanwhile may be in the report or not. */
  async report(owner: Owner, { from, before }: SpendingRange): Promise<SpendingReport> {
    const sums = new SpendingSums();
    let last: Pick<LedgerRow, 'at' | 'task_id'> | undefined;
    do {
      const rows = await this.#turns.run(owner, () => this.#slice(owner, { from, before }, last));
      for (const { task_id, settled, ...booking } of rows) {
        sums.add({ ...booking, settled: settled === 1, isSecond: task_id.includes(' ') });
      }
      last = rows.length < sliceSize ? undefined : rows.at(-1);
    } while (last !== undefined);
    return sums.report();
  }

  #slice(
    owner: Owner,
    { from, before }: SpendingRange,
    after: Pick<LedgerRow, 'at' | 'task_id'> | undefined,
  ) {
    let bookings = this.#db
      .selectFrom('ledger')
      .select(['task_id', 'at', 'provider', 'model', 'label', 'micros', 'settled'])
      .where('owner', '=', owner)
      .where('at', '>=', from)
      .where('at', '<', before);
    if (after !== undefined) {
      bookings = bookings.where(sql<boolean>`(at, task_id) > (${after.at}, ${after.task_id})`);
    }
    return bookings.orderBy('at').orderBy('task_id').limit(sliceSize).execute();
  }
}
