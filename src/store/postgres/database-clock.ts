import { sql, type Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';

/**
 * The time after which the clock is compared with the database's again, in milliseconds. Crystals drift by some 50 µs in a second;
 * but where the database's clock is set, instances disagree about leases until all have noticed.
 */
const compareEveryMs = 1000;
/** A clock that is off by less is as good as the comparison, in milliseconds. */
const tolerableMs = 2;

/** Reads the clock of the database, in milliseconds since 1970. */
export type ReadTime = (db: Kysely<Database>) => Promise<number>;

/** The clock of the server. */
export const readServerTime: ReadTime = async (db) => {
  const { rows } = await sql<{ readonly at: number }>`
    select extract(epoch from clock_timestamp()) * 1000 as at`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The database has no clock');
  return row.at;
};

/**
 * The database's clock, read from this process: all instances share it, however their own clocks are set. Between two
 * comparisons it runs by the monotonic clock of this machine, which goes on while the process is paused.
 */
export class DatabaseClock {
  readonly #readTime: ReadTime;
  /** The database's time when the monotonic clock showed 0. */
  #origin: number | null = null;
  #comparedAt = Number.NEGATIVE_INFINITY;

  constructor(readTime: ReadTime = readServerTime) {
    this.#readTime = readTime;
  }

  /** Whole milliseconds since 1970. Before the first comparison by the clock of this machine. */
  now(): number {
    return Math.round((this.#origin ?? performance.timeOrigin) + performance.now());
  }

  /** Compares with the database, where that is due. Rejects where it cannot be reached. */
  async follow(db: Kysely<Database>): Promise<void> {
    if (performance.now() - this.#comparedAt < compareEveryMs) return;
    const before = performance.now();
    const at = await this.#readTime(db);
    const after = performance.now();
    this.#comparedAt = after;
    // The answer was made at some time between: the middle is off by half of that at most.
    const origin = at - (before + after) / 2;
    const off = Math.abs(origin - (this.#origin ?? Number.NEGATIVE_INFINITY));
    if (off > Math.max(tolerableMs, (after - before) / 2)) this.#origin = origin;
  }
}
