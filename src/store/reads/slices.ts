import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { FilteredTasks } from './filtered-tasks.ts';
import { matching, passedOver } from './matching.ts';
import { OneByOne } from './one-by-one.ts';
import { paddedList } from './padded-list.ts';
import { stretchesOf } from './task-spans.ts';
import { costUs, type Walked, type WorkLimit } from '../work-limit.ts';
import { SearchParts } from '../search/search-parts.ts';
import { isFound, searchedColumns, searchOf, type Search } from '../search/search-test.ts';
import { KnownSegments } from '../search/segments.ts';
import { justBefore, type Stretch } from '../search/stretch.ts';
import type { Database } from '../tables/database.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Owner } from '../../domain/video-task.ts';

/**
 * Live tasks that one statement passes over: rows that are searched take some 7 µs each, a statement one to three
 * milliseconds, and between two of them other work is done.
 */
const searchSlice = 300;
/** Most walks find what they look for at once: the first slice is small, and each is twice the one before. */
const firstSlice = 150;

/** A walk over an owner's tasks in the order of their numbers: of `Stretch`, those that a filter lets pass. */
export interface Walk extends Stretch {
  readonly owner: Owner;
  readonly filter: TaskFilter;
}

type Tasks = SelectQueryBuilder<Database, 'tasks', object>;

/** Tasks that are found, of one statement. */
interface Slice {
  readonly numbers: readonly number[];
  /** All up to this number, inclusive, have been passed over; null where it is the last slice. */
  readonly reached: number | null;
}

/**
 * Searches, in slices.
 *
 * Each owner has one slice at a time in the queue for the connection, however many reads it began: what others wait for
 * grows with the owners that read, not with their reads.
 */
export class Slices {
  readonly #db: Kysely<Database>;
  readonly #filtered: FilteredTasks;
  readonly #turns = new OneByOne<Owner>();
  readonly #known = new KnownSegments();

  /** @param filtered finds what a filter lets pass beside a search */
  constructor(db: Kysely<Database>, filtered: FilteredTasks) {
    this.#db = db;
    this.#filtered = filtered;
  }

  /** The numbers of the first tasks that are found, at most `limit`, in the order of the walk. */
  async find(walk: Walk, limit: number, work: WorkLimit): Promise<Walked<number[]>> {
    const found: number[] = [];
    for await (const { numbers, reached } of this.#slices(walk, work)) {
      found.push(...numbers.slice(0, limit - found.length));
      if (found.length >= limit) break;
      if (work.isSpent && reached !== null) return { value: found, reached };
    }
    return { value: found, reached: null };
  }

  /** The number of live tasks of an owner that are found, or `most` where there are more. */
  async count(owner: Owner, filter: TaskFilter, most: number, work: WorkLimit): Promise<Walked<number>> {
    let count = 0;
    for await (const { numbers, reached } of this.#slices({ owner, filter, from: 'newest' }, work)) {
      count += numbers.length;
      if (count >= most) return { value: most, reached: null };
      if (work.isSpent && reached !== null) return { value: count, reached };
    }
    return { value: count, reached: null };
  }

  async *#slices(walk: Walk, work: WorkLimit): AsyncGenerator<Slice> {
    const { owner, filter } = walk;
    const search = searchOf(filter);
    if (search === null) throw new Error('There is nothing to search for');
    const branches = await this.#filtered.branches(owner, filter);
    if (branches.length === 0) return;
    const parts = new SearchParts(
      {
        db: this.#db,
        owner,
        known: this.#known,
        inTurn: (read) => this.#turns.run(owner, read),
        filtered: (stretch, candidates) =>
          this.#filtered.fewerThan({ ...stretch, owner, filter }, branches, candidates, work),
        work,
      },
      search,
    );
    for await (const stretch of stretchesOf(this.#db, walk)) {
      for await (const part of parts.parts({ ...stretch, from: walk.from })) {
        if (part.kind === 'unindexed') {
          yield* this.#unindexed({ ...walk, beyond: part.beyond, until: part.until }, search, work);
        } else {
          const { numbers, reached } = part;
          const tasks = matching(this.#db, owner, filter).where('number', 'in', paddedList(numbers));
          yield { numbers: numbers.length === 0 ? [] : await this.#test(tasks, walk, search, work), reached };
          work.spend(numbers.length * costUs.candidate);
        }
      }
    }
  }

  /** The tasks that are found without an index, in slices that pass over some hundred live tasks each. */
  async *#unindexed(walk: Walk, search: Search, work: WorkLimit): AsyncGenerator<Slice> {
    const { owner, filter, from, beyond, until } = walk;
    const [further, upToLast, short] =
      from === 'newest' ? (['<', '>=', '>'] as const) : (['>', '<=', '<'] as const);
    const bounded = (tasks: Tasks, start: number | undefined) => {
      const begun = start === undefined ? tasks : tasks.where('number', further, start);
      return until === undefined ? begun : begun.where('number', short, until);
    };
    const live = passedOver(this.#db, owner, filter);
    const matches = matching(this.#db, owner, filter);
    for (let start = beyond, size = firstSlice; ; size = Math.min(2 * size, searchSlice)) {
      const offset = size - 1;
      const last = await this.#turns.run(owner, () =>
        bounded(live, start)
          .select('number')
          .orderBy('number', from === 'newest' ? 'desc' : 'asc')
          .offset(offset)
          .limit(1)
          .executeTakeFirst(),
      );
      work.spend(size * costUs.passed);
      const rest = bounded(matches, start);
      if (last === undefined) {
        const reached = until === undefined ? null : justBefore(until, walk);
        yield { numbers: await this.#test(rest, walk, search, work), reached };
        return;
      }
      const slice = rest.where('number', upToLast, last.number);
      yield { numbers: await this.#test(slice, walk, search, work), reached: last.number };
      start = last.number;
    }
  }

  /** The numbers of some tasks that are found, in the direction of the walk. */
  async #test(tasks: Tasks, { owner, from }: Walk, search: Search, work: WorkLimit): Promise<number[]> {
    const rows = await this.#turns.run(owner, () =>
      tasks
        .select(['number', ...searchedColumns])
        .orderBy('number', from === 'newest' ? 'desc' : 'asc')
        .execute(),
    );
    work.spend(rows.length * costUs.searched);
    return rows.filter((row) => isFound(search, row)).map(({ number }) => number);
  }
}
