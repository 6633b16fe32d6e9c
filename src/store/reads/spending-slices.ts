import { sql, type Kysely } from 'kysely';
import { SpendingSums, type Bookings, type SpendingReport } from '../../domain/spending-report.ts';
import type { Owner } from '../../domain/video-task.ts';
import type { Database, LedgerRow } from '../tables/database.ts';
import { OneByOne } from './one-by-one.ts';

/**
 * Bookings that one statement sums, 0.6 µs each, and between two of them other work is done. Their sum is an exact number
 * even if each is the most that a booking can be, a million dollars.
 */
const sliceSize = 2000;
const dayMs = 86_400_000;

/** A range of UTC days: `from` is the first moment of the first, `before` that of the first one after. */
export interface SpendingRange {
  readonly from: number;
  readonly before: number;
}

/** A place in the order of an owner's bookings. */
type Place = Pick<LedgerRow, 'at' | 'task_id'>;

/**
 * Sums the ledger of an owner in a range, in slices: each owner has one at a time in the queue for the connection. The database
 * sums what is of one day, model and label: to read each booking took twenty times as long.
 */
export class SpendingSlices {
  readonly #db: Kysely<Database>;
  readonly #turns = new OneByOne<Owner>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** What is booked meanwhile may be in the report or not. */
  async report(owner: Owner, range: SpendingRange): Promise<SpendingReport> {
    const sums = new SpendingSums();
    for (let after: Place | undefined; ;) {
      const begin = after;
      const end = await this.#turns.run(owner, () => this.#end(owner, range, begin));
      const rows = await this.#turns.run(owner, () => this.#sum(owner, range, begin, end));
      for (const { unsettled, ...bookings } of rows) sums.add({ ...bookings, settled: unsettled === 0 });
      if (end === undefined) return sums.report();
      after = end;
    }
  }

  /** The last booking of a slice; undefined for the last slice. */
  #end(owner: Owner, range: SpendingRange, after: Place | undefined): Promise<Place | undefined> {
    return this.#bookings(owner, range, after)
      .select(['at', 'task_id'])
      .orderBy('at')
      .orderBy('task_id')
      .offset(sliceSize - 1)
      .limit(1)
      .executeTakeFirst();
  }

  #sum(
    owner: Owner,
    range: SpendingRange,
    after: Place | undefined,
    end: Place | undefined,
  ): Promise<(Omit<Bookings, 'settled'> & { readonly unsettled: number })[]> {
    const day = sql<number>`at / ${sql.lit(dayMs)}`;
    return this.#bookings(owner, range, after, end)
      .select((expression) => [
        day.as('day'),
        'provider',
        'model',
        'label',
        expression.fn.sum<number>('micros').as('micros'),
        sql<number>`sum(1 - settled)`.as('unsettled'),
        // A second bill of a task has a space in its id.
        sql<number>`sum(case when task_id like '% %' then 0 else 1 end)`.as('tasks'),
      ])
      .groupBy([day, 'provider', 'model', 'label'])
      .execute();
  }

  /** Each bound of the times is there once: SQLite finds its place in the index by one of them, which may be the wider one. */
  #bookings(owner: Owner, { from, before }: SpendingRange, after: Place | undefined, end?: Place) {
    const bookings = this.#db.selectFrom('ledger').where('owner', '=', owner);
    const begun =
      after === undefined
        ? bookings.where('at', '>=', from)
        : bookings
            .where('at', '>=', after.at)
            .where(sql<boolean>`(at, task_id) > (${after.at}, ${after.task_id})`);
    if (end === undefined) return begun.where('at', '<', before);
    return begun.where('at', '<=', end.at).where(sql<boolean>`(at, task_id) <= (${end.at}, ${end.task_id})`);
  }
}
