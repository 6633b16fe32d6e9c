import { setImmediate as immediate } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { filteredColumns, filterTest, hasLabels, hasTimes, splitsStatus } from './filter-test.ts';
import { countsOf } from './filtered-tasks.ts';
import { OneByOne } from './one-by-one.ts';
import { paddedList } from './padded-list.ts';
import { readTaskCounts } from '../queries/task-counts.ts';
import { isFound, searchedColumns, searchOf } from '../search/search-test.ts';
import type { Page, PageRequest, TaskFilter } from '../task-list.ts';
import type { Database } from '../tables/database.ts';
import { fromRow } from '../tables/tasks.ts';
import { costUs, WorkLimit, type Walked } from '../work-limit.ts';

/** Rows that one statement reads: 2 to 4 ms. Those that are searched are longer. */
const sliceSize = 500;
const searchSliceSize = 200;

/** The work of one list or count, in microseconds: 600,000 tasks, or 150,000 that are searched. There are few admins. */
const mostUs = 1_000_000;

/** As the index `tasks_of_all` has it. */
const place = sql<number>`number + 0`;

/** A walk over the tasks of all owners in the order of their numbers. */
interface WalkOfAll extends Pick<PageRequest, 'filter' | 'from'> {
  readonly beyond?: number | undefined;
  readonly until?: number | undefined;
}

/**
 * The tasks of all owners, for admins. The indexes of filters are of one owner each: this passes over all tasks in slices, so
 * that a filter that few of many tasks match is slow, and delays nobody; it ends where it takes too much work. One slice at a
 * time, however many admins read.
 */
export class TasksOfAll {
  readonly #db: Kysely<Database>;
  readonly #turns = new OneByOne<'all'>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** A page as `readPage` reads one of an owner. */
  async page({ filter, from, limit, after, before }: PageRequest): Promise<Omit<Page, 'revision'>> {
    const [beyond, until] = from === 'newest' ? [after, before] : [before, after];
    const walk = { filter, from, beyond, until };
    const { value: numbers, reached } = await this.#find(walk, limit + 1, new WorkLimit(mostUs));
    const rows =
      numbers.length === 0
        ? []
        : await this.#db
            .selectFrom('tasks')
            .selectAll()
            .where(place, 'in', paddedList(numbers))
            .where('deleted_at', 'is', null)
            .orderBy(place, from === 'newest' ? 'desc' : 'asc')
            .execute();
    const more = numbers.length > limit || reached !== null;
    // Some may have changed since they were found.
    const tasks = rows.filter(filterTest(filter)).slice(0, limit).map(fromRow);
    if (from === 'oldest') tasks.reverse();
    const isAny = async (direction: 'newest' | 'oldest', edge: number | undefined) => {
      if (edge === undefined) return false;
      const found = await this.#find(
        { filter, from: direction, beyond: edge },
        1,
        new WorkLimit(mostUs / 10),
      );
      return found.value.length > 0 || found.reached !== null;
    };
    return {
      tasks,
      reached,
      hasNextPage: (from === 'newest' && more) || (await isAny('newest', before && before + 1)),
      hasPreviousPage: (from === 'oldest' && more) || (await isAny('oldest', after && after - 1)),
    };
  }

  /** The number of tasks that match, or `most` where there are more; without times, labels and a search none is read. */
  async count(filter: TaskFilter, most: number): Promise<Walked<number>> {
    const isCounted = !hasTimes(filter) && !hasLabels(filter) && !splitsStatus(filter);
    if (isCounted && searchOf(filter) === null) {
      const value = Math.min(countsOf(filter, await readTaskCounts(this.#db)), most);
      return { value, reached: null };
    }
    const work = new WorkLimit(mostUs);
    let count = 0;
    for await (const { numbers, reached } of this.#slices({ filter, from: 'newest' }, work)) {
      count += numbers.length;
      if (count >= most) return { value: most, reached: null };
      if (work.isSpent) return { value: count, reached };
    }
    return { value: count, reached: null };
  }

  /** The numbers of the first tasks that match, at most `limit`, in the order of the walk. */
  async #find(walk: WalkOfAll, limit: number, work: WorkLimit): Promise<Walked<number[]>> {
    const found: number[] = [];
    for await (const { numbers, reached } of this.#slices(walk, work)) {
      found.push(...numbers.slice(0, limit - found.length));
      if (found.length >= limit) break;
      if (work.isSpent) return { value: found, reached };
    }
    return { value: found, reached: null };
  }

  /** The numbers of the tasks that match, of one slice after the other. */
  async *#slices(
    { filter, from, beyond, until }: WalkOfAll,
    work: WorkLimit,
  ): AsyncGenerator<{ readonly numbers: readonly number[]; readonly reached: number | null }> {
    const search = searchOf(filter);
    const test = filterTest(filter);
    const isNewest = from === 'newest';
    const size = search === null ? sliceSize : searchSliceSize;
    const columns = new Set([
      'number' as const,
      ...filteredColumns(filter),
      ...(search === null ? [] : searchedColumns),
    ]);
    const slice = this.#db
      .selectFrom('tasks')
      .select([...columns])
      .where('deleted_at', 'is', null)
      .orderBy(place, isNewest ? 'desc' : 'asc')
      .limit(size)
      .$if(until !== undefined, (query) => query.where(place, isNewest ? '>' : '<', until ?? 0));
    for (let start = beyond ?? (isNewest ? Number.MAX_SAFE_INTEGER : 0); ;) {
      const begin = start;
      const rows = await this.#turns.run('all', () =>
        slice.where(place, isNewest ? '<' : '>', begin).execute(),
      );
      work.spend(rows.length * (search === null ? costUs.passed : costUs.searched));
      const numbers = rows
        .filter((row) => test(row) && (search === null || isFound(search, row)))
        .map((row) => row.number);
      start = rows.at(-1)?.number ?? start;
      yield { numbers, reached: rows.length < size ? null : start };
      if (rows.length < size) return;
      await immediate();
    }
  }
}
