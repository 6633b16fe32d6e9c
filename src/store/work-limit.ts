/** The processor time of one list or count, in microseconds: others wait for none of it, but there may be many lists. */
const usualUs = 200_000;

/**
 * The work that one list or count may still do. Most need a hundredth of it; without it, a search could read every task of
 * an owner and find none.
 *
 * It is counted in rows and pages, at what they take on SQLite in microseconds, and not measured: the same list ends at the
 * same task on every machine.
 */
export class WorkLimit {
  #left: number;

  constructor(us = usualUs) {
    this.#left = us;
  }

  /** True once the list should end where it is. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** Counts work that was done. */
  spend(us: number): void {
    this.#left -= us;
  }
}

/** The costs of what lists read, in microseconds. */
export const costUs = {
  /** An entry of an index, counted. */
  counted: 0.1,
  /** An entry of an index, or a row that does not match. */
  passed: 1.5,
  /** A task of which the search index says that it may be found: its row is far from others. */
  candidate: 4,
  /** A row whose texts are searched. */
  searched: 6,
  /** A page of the search index. */
  page: 5,
} as const;

/** Tasks that a walk found, or their number. */
export interface Walked<Value> {
  readonly value: Value;
  /**
   * Null at the end of the walk. Otherwise its work was too much: it has passed over the tasks up to this number, in its
   * direction and inclusive, and would go on beyond.
   */
  readonly reached: number | null;
}
