import { sql, type Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';

/** The time after which the clock is compared with the database's again, in milliseconds: crystals drift by some 50 µs in a second. */
const compareEveryMs = 10_000;
/** A clock that is off by less is as good as the comparison, in milliseconds. */
const tolerableMs = 2;

/**
 * The database's clock, read from this process: all instances share it, however their own clocks are set. Between two
 * comparisons it runs by the monotonic clock of this machine, which goes on while the process is paused.
 */
export class DatabaseClock {
  /** The database's time when the monotonic clock showed 0. */
  #origin: number | null = null;
  #comparedAt = Number.NEGATIVE_INFINITY;

  /** Whole milliseconds since 1970. Before the first comparison by the clock of this machine. */
  now(): number {
    return Math.round((this.#origin ?? performance.timeOrigin) + performance.now());
  }

  /** Compares with the database, where that is due. Rejects where it cannot be reached. */
  async follow(db: Kysely<Database>): Promise<void> {
    if (performance.now() - this.#comparedAt < compareEveryMs) return;
    const before = performance.now();
    const { rows } = await sql<{ readonly at: number }>`
      select extract(epoch from clock_timestamp()) * 1000 as at`.execute(db);
    const after = performance.now();
    const [row] = rows;
    if (row === undefined) throw new Error('The database has no clock');
    this.#comparedAt = after;
    // The answer was made at some time between: the middle is off by half of that at most.
    const origin = row.at - (before + after) / 2;
    const off = Math.abs(origin - (this.#origin ?? Number.NEGATIVE_INFINITY));
    if (off > Math.max(tolerableMs, (after - before) / 2)) this.#origin = origin;
  }
}
