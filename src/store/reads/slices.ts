import type { Kysely, SelectQueryBuilder } from 'kysely';
import { matching, passedOver } from './matching.ts';
import { OneByOne } from './one-by-one.ts';
import { paddedList } from './padded-list.ts';
import { SearchParts } from '../search/search-parts.ts';
import { isFound, searchedColumns, searchOf, type Search } from '../search/search-test.ts';
import type { Database } from '../tables/database.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Owner } from '../../domain/video-task.ts';

/**
 * Live tasks that one statement passes over. Entries of the index cost some 0.1 µs each, rows that are searched
 * some 7 µs: a statement then takes one to three milliseconds, and between two of them other work is done.
 */
const indexSlice = 10_000;
const searchSlice = 300;
/** Most walks find what they look for at once: the first slice is small, and each is twice the one before. */
const firstSlice = 150;

/** A walk over an owner's tasks in the order of their numbers. */
export interface Walk {
  readonly owner: Owner;
  readonly filter: TaskFilter;
  readonly from: 'newest' | 'oldest';
  /** Its beginning: only tasks beyond this number, in its direction. */
  readonly beyond?: number | undefined;
  /** Its end: only tasks before this number is reached. */
  readonly until?: number | undefined;
}

type Tasks = SelectQueryBuilder<Database, 'tasks', object>;

/**
 * Reads that may pass over all tasks of an owner, in slices.
 *
 * Each owner has one slice at a time in the queue for the connection, however many reads it began: what others wait
 * for grows with the owners that read, not with their reads.
 */
export class Slices {
  readonly #db: Kysely<Database>;
  readonly #turns = new OneByOne<Owner>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** The numbers of the first tasks that match, at most `limit`, in the order of the walk. */
  async find(walk: Walk, limit: number): Promise<number[]> {
    const { owner, filter, from } = walk;
    const search = searchOf(filter);
    const found: number[] = [];
    for await (const slice of this.#slices(walk, search)) {
      const rest = limit - found.length;
      const inOrder = slice.orderBy('number', from === 'newest' ? 'desc' : 'asc');
      const rows = await this.#turns.run(owner, async () =>
        search === null
          ? inOrder.select('number').limit(rest).execute()
          : (await inOrder.select(['number', ...searchedColumns]).execute())
              .filter((row) => isFound(search, row))
              .slice(0, rest),
      );
      for (const { number } of rows) found.push(number);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The number of live tasks of an owner that match, or `most` where there are more. */
  async count(owner: Owner, filter: TaskFilter, most = Number.POSITIVE_INFINITY): Promise<number> {
    const search = searchOf(filter);
    let count = 0;
    for await (const slice of this.#slices({ owner, filter, from: 'newest' }, search)) {
      count += await this.#turns.run(owner, async () =>
        search === null
          ? countRows(slice)
          : (await slice.select(searchedColumns).execute()).filter((row) => isFound(search, row)).length,
      );
      if (count >= most) return most;
    }
    return count;
  }

  /** The tasks that match, `search` apart, in parts of bounded work; of a search those that it has to test. */
  async *#slices(walk: Walk, search: Search | null): AsyncGenerator<Tasks> {
    if (search === null) {
      yield* this.#walk(walk, indexSlice);
      return;
    }
    const { owner, filter } = walk;
    const inTurn = <Value>(read: () => Promise<Value>) => this.#turns.run(owner, read);
    for await (const part of new SearchParts(this.#db, owner, search, inTurn).parts(walk)) {
      if (part.kind === 'unindexed') {
        yield* this.#walk({ ...walk, beyond: part.beyond, until: part.until }, searchSlice);
      } else {
        yield matching(this.#db, owner, filter).where('number', 'in', paddedList(part.numbers));
      }
    }
  }

  /** The tasks that match, `search` apart, in parts that pass over at most `mostTasks` live tasks each. */
  async *#walk({ owner, filter, from, beyond, until }: Walk, mostTasks: number): AsyncGenerator<Tasks> {
    const [further, upToLast, short] =
      from === 'newest' ? (['<', '>=', '>'] as const) : (['>', '<=', '<'] as const);
    const bounded = (tasks: Tasks, start: number | undefined) => {
      const begun = start === undefined ? tasks : tasks.where('number', further, start);
      return until === undefined ? begun : begun.where('number', short, until);
    };
    const live = passedOver(this.#db, owner, filter);
    const matches = matching(this.#db, owner, filter);
    for (let start = beyond, size = firstSlice; ; size = Math.min(2 * size, mostTasks)) {
      const offset = size - 1;
      const last = await this.#turns.run(owner, () =>
        bounded(live, start)
          .select('number')
          .orderBy('number', from === 'newest' ? 'desc' : 'asc')
          .offset(offset)
          .limit(1)
          .executeTakeFirst(),
      );
      if (last === undefined) {
        yield bounded(matches, start);
        return;
      }
      yield bounded(matches, start).where('number', upToLast, last.number);
      start = last.number;
    }
  }
}

async function countRows(tasks: Tasks): Promise<number> {
  const { count } = await tasks
    .select((expression) => expression.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
