import type { Kysely } from 'kysely';
import {
  branchesOf,
  countBetween,
  countBranches,
  readBetween,
  readBranches,
  type Between,
  type Branch,
} from './branches.ts';
import { filteredColumns, filterTest, hasLabels, hasTimes, splitsStatus, stagesOf } from './filter-test.ts';
import { OneByOne } from './one-by-one.ts';
import type { Walk } from './slices.ts';
import { boundsOf, type Stretch } from '../search/stretch.ts';
import { joined, readSpans, stretchesOf, type NumberRange } from './task-spans.ts';
import { costUs, type Walked, type WorkLimit } from '../work-limit.ts';
import { readOwnTaskCounts, type TaskCount } from '../queries/task-counts.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Database } from '../tables/database.ts';
import { statusOf, type Owner } from '../../domain/video-task.ts';

/** Entries that one statement returns at first, and at most: each is four times the one before. The last take 4 ms. */
const firstSize = 64;
const mostSize = 4096;
/** Tasks that one statement counts: 1 ms; those of a label, whose rows are read, up to 20 ms. */
const countedAtOnce = 10_000;
/** So few candidates of a search are read as quickly as a filter's tasks are counted. */
const fewCandidates = 250;
const everything = { first: 0, last: Number.MAX_SAFE_INTEGER };

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
  async find(walk: Walk, limit: number, work: WorkLimit): Promise<Walked<number[]>> {
    const found: number[] = [];
    const branches = await this.branches(walk.owner, walk.filter);
    if (branches.length === 0 || limit === 0) return { value: found, reached: null };
    for await (const stretch of stretchesOf(this.#db, walk)) {
      for await (const { numbers, reached } of this.#entries({ ...walk, ...stretch }, branches, work)) {
        found.push(...numbers.slice(0, limit - found.length));
        if (found.length === limit) return { value: found, reached: null };
        if (work.isSpent) return { value: found, reached };
      }
    }
    return { value: found, reached: null };
  }

  /** The number of live tasks of an owner that match, or `most` where there are more. Known without reading tasks, unless times or labels are asked for. */
  async count(owner: Owner, filter: TaskFilter, most: number, work: WorkLimit): Promise<Walked<number>> {
    if (!hasTimes(filter) && !hasLabels(filter) && !splitsStatus(filter)) {
      const value = countsOf(filter, await readOwnTaskCounts(this.#db, owner));
      return { value: Math.min(value, most), reached: null };
    }
    const branches = await this.branches(owner, filter);
    if (branches.length === 0) return { value: 0, reached: null };
    const isAll = branches.some(({ kind }) => kind === 'all');
    const everywhere = { owner, above: 0, below: Number.MAX_SAFE_INTEGER };
    if (
      hasLabels(filter) &&
      (await this.#countBetween(branches, everywhere, countedAtOnce)) < countedAtOnce
    ) {
      const matching = await this.#countIn(owner, filter, branches, everything, work);
      return { value: Math.min(matching, most), reached: null };
    }
    let count = 0;
    for await (const spans of readSpans(this.#db, { owner, filter, from: 'newest' })) {
      const known = isAll ? spans.filter(({ isInside }) => isInside) : [];
      for (const { tasks } of known) count += tasks;
      const others = isAll ? spans.filter(({ isInside }) => !isInside) : spans;
      for (const range of joined(others, countedAtOnce)) {
        count += await this.#countIn(owner, filter, branches, range, work);
        if (count >= most) return { value: most, reached: null };
        if (work.isSpent) return { value: count, reached: range.first };
      }
    }
    return { value: count, reached: null };
  }

  /** Parts of indexes that have every task of a filter; none where it lets no task pass. */
  async branches(owner: Owner, filter: TaskFilter): Promise<readonly Branch[]> {
    const isLabelAlone = hasLabels(filter) && filter.provider === undefined && stagesOf(filter) === null;
    return branchesOf(filter, isLabelAlone ? [] : await readOwnTaskCounts(this.#db, owner));
  }

  /**
   * The numbers of the tasks of a walk that match, where that is less work than to look at so many candidates of a search
   * in it; null where it is not, or the filter has times alone: the walk is then short already.
   */
  async fewerThan(
    { owner, filter, ...stretch }: Walk & Required<Stretch>,
    branches: readonly Branch[],
    candidates: number,
    work: WorkLimit,
  ): Promise<AsyncIterable<readonly number[]> | null> {
    if (candidates <= fewCandidates || branches.some(({ kind }) => kind === 'all')) return null;
    const [above = 0, below = 0] = boundsOf(stretch);
    const most = Math.floor((candidates * costUs.candidate) / costUs.passed);
    const count = await this.#countBetween(branches, { owner, above, below }, most);
    work.spend(count * costUs.counted);
    if (count >= most) return null;
    return this.#between(branches, { owner, above, below }, { filter, from: stretch.from, count, work });
  }

  /** The numbers of the tasks between two that match, in parts of some thousand. */
  async *#between(
    branches: readonly Branch[],
    { owner, above, below }: Between,
    {
      filter,
      from,
      count,
      work,
    }: Pick<Walk, 'filter' | 'from'> & { readonly count: number; readonly work: WorkLimit },
  ): AsyncGenerator<readonly number[]> {
    const test = filterTest(filter);
    const columns = filteredColumns(filter);
    const parts = Math.ceil((count + 1) / mostSize);
    const length = Math.ceil((below - above - 1) / parts);
    for (let part = 0; part < parts; part += 1) {
      const start = above + (from === 'newest' ? parts - 1 - part : part) * length;
      const range = { owner, above: start, below: Math.min(start + length + 1, below) };
      const entries = await this.#turns.run(owner, () => readBetween(this.#db, branches, range, columns));
      work.spend(entries.length * costUs.passed);
      const numbers = entries.filter(test).map(({ number }) => number);
      yield numbers.toSorted((one, other) => (from === 'newest' ? other - one : one - other));
    }
  }

  #countBetween(branches: readonly Branch[], between: Between, most: number): Promise<number> {
    return this.#turns.run(between.owner, () => countBetween(this.#db, branches, between, most));
  }

  async #countIn(
    owner: Owner,
    filter: TaskFilter,
    branches: readonly Branch[],
    range: Pick<NumberRange, 'first' | 'last'>,
    work: WorkLimit,
  ): Promise<number> {
    const { passed, matching } = await this.#turns.run(owner, () =>
      countBranches(this.#db, branches, { owner, filter, range }),
    );
    work.spend(passed * (hasLabels(filter) ? costUs.passed : costUs.counted));
    return matching;
  }

  /** The numbers of the tasks of a walk that match, of one statement after the other. */
  async *#entries(
    { owner, filter, ...stretch }: Walk,
    branches: readonly Branch[],
    work: WorkLimit,
  ): AsyncGenerator<{ readonly numbers: readonly number[]; readonly reached: number | null }> {
    const test = filterTest(filter);
    const columns = filteredColumns(filter);
    let { beyond } = stretch;
    for (let size = firstSize; ; size = Math.min(4 * size, mostSize)) {
      const part = { owner, filter, ...stretch, beyond };
      const read = size;
      const entries = await this.#turns.run(owner, () =>
        readBranches(this.#db, branches, part, columns, read),
      );
      // Of each branch as many are read.
      work.spend(entries.length * branches.length * costUs.passed);
      beyond = entries.at(-1)?.number ?? beyond;
      yield { numbers: entries.filter(test).map(({ number }) => number), reached: beyond ?? null };
      if (entries.length < size) return;
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
