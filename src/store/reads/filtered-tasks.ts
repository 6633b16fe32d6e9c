import type { Kysely } from 'kysely';
import { branchesOf, countBranches, readBranches, type Branch } from './branches.ts';
import { filteredColumns, filterTest, hasLabels, hasTimes, splitsStatus, stagesOf } from './filter-test.ts';
import { OneByOne } from './one-by-one.ts';
import type { Walk } from './slices.ts';
import { joined, readSpans } from './task-spans.ts';
import { readOwnTaskCounts, type TaskCount } from '../queries/task-counts.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Database } from '../tables/database.ts';
import { statusOf, type Owner } from '../../domain/video-task.ts';

/** Entries that one statement returns at first, and at most: each is four times the one before. The last take 4 ms. */
const firstSize = 64;
const mostSize = 4096;
/** Tasks that one statement counts: 1 to 2 ms. */
const countedAtOnce = 20_000;

/**
 * The tasks of an owner that a filter lets pass, `search` apart.
 *
 * With a status or a provider, only tasks that have them are read, and none where the counts say that there are none. With a
 * time, only the spans of numbers are read in which there can be one: beside the tasks that match those are the ends of the
 * time, some thousand entries of an index.
 *
 * Each owner has one statement at a time in the queue for the connection, however many reads it began: what others wait for
 * grows with the owners that read, not with their reads.
 */
export class FilteredTasks {
  readonly #db: Kysely<Database>;
  readonly #turns = new OneByOne<Owner>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** The numbers of the first tasks that match, at most `limit`, in the order of the walk. */
  async find(walk: Walk, limit: number): Promise<number[]> {
    const { owner, filter } = walk;
    const found: number[] = [];
    const branches = await this.#branches(owner, filter);
    if (branches.length === 0 || limit === 0) return found;
    const test = filterTest(filter);
    const columns = filteredColumns(filter);
    for await (const stretch of this.#stretches(walk)) {
      let size = firstSize;
      for (let { beyond } = stretch; ; size = Math.min(4 * size, mostSize)) {
        const part = { ...walk, ...stretch, beyond };
        const read = size;
        const entries = await this.#turns.run(owner, () =>
          readBranches(this.#db, branches, part, columns, read),
        );
        for (const entry of entries) if (found.length < limit && test(entry)) found.push(entry.number);
        if (found.length === limit) return found;
        if (entries.length < size) break;
        beyond = entries.at(-1)?.number;
      }
    }
    return found;
  }

  /** The number of live tasks of an owner that match, or `most` where there are more. Known without reading tasks, unless times or labels are asked for. */
  async count(owner: Owner, filter: TaskFilter, most = Number.POSITIVE_INFINITY): Promise<number> {
    if (!hasTimes(filter) && !hasLabels(filter) && !splitsStatus(filter)) {
      return Math.min(countsOf(filter, await readOwnTaskCounts(this.#db, owner)), most);
    }
    const branches = await this.#branches(owner, filter);
    if (branches.length === 0) return 0;
    const isAll = branches.some(({ kind }) => kind === 'all');
    let count = 0;
    for await (const spans of readSpans(this.#db, { owner, filter, from: 'newest' })) {
      const known = isAll ? spans.filter(({ isInside }) => isInside) : [];
      for (const { tasks } of known) count += tasks;
      const others = isAll ? spans.filter(({ isInside }) => !isInside) : spans;
      for (const range of joined(others, countedAtOnce)) {
        count += await this.#turns.run(owner, () =>
          countBranches(this.#db, branches, { owner, filter, range }),
        );
        if (count >= most) return most;
      }
    }
    return count;
  }

  async #branches(owner: Owner, filter: TaskFilter): Promise<readonly Branch[]> {
    // Those of a label are not counted.
    return branchesOf(filter, hasLabels(filter) ? [] : await readOwnTaskCounts(this.#db, owner));
  }

  /** The stretches of a walk in which a filter's times can be; the whole walk where it asks for none. */
  async *#stretches(walk: Walk): AsyncGenerator<Pick<Walk, 'beyond' | 'until'>> {
    const { filter, from, beyond, until } = walk;
    if (!hasTimes(filter)) {
      yield { beyond, until };
      return;
    }
    const [nearest, farthest] = from === 'newest' ? [Math.min, Math.max] : [Math.max, Math.min];
    for await (const spans of readSpans(this.#db, walk)) {
      for (const { first, last } of joined(spans, Number.POSITIVE_INFINITY)) {
        const [begin, end] = from === 'newest' ? [last + 1, first - 1] : [first - 1, last + 1];
        yield { beyond: nearest(begin, beyond ?? begin), until: farthest(end, until ?? end) };
      }
    }
  }
}

/** The number of tasks that a filter lets pass, from their numbers by provider and status. */
export function countsOf(filter: TaskFilter, counts: readonly TaskCount[]): number {
  const stages = stagesOf(filter);
  const wanted = stages === null ? null : new Set([...stages].map(statusOf));
  return counts
    .filter(
      ({ provider, status }) =>
        (wanted === null || wanted.has(status)) && (filter.provider?.includes(provider) ?? true),
    )
    .reduce((sum, { count }) => sum + count, 0);
}
