import type { Kysely } from 'kysely';
import { filterTest } from './filter-test.ts';
import type { FilteredTasks } from './filtered-tasks.ts';
import { liveTasks, passesAll } from './matching.ts';
import type { Database } from '../tables/database.ts';
import { paddedList } from './padded-list.ts';
import type { Slices } from './slices.ts';
import { WorkLimit, type Walked } from '../work-limit.ts';
import type { Page, PageRequest as AnyRequest, TaskFilter } from '../task-list.ts';
import type { Owner } from '../../domain/video-task.ts';
import { fromRow, type TaskRow } from '../tables/tasks.ts';

/** A page of one owner. */
type PageRequest = AnyRequest & { readonly owner: Owner };

/** Finds tasks: by what their rows say, or by a search string too. */
export interface Finders {
  readonly filtered: FilteredTasks;
  readonly slices: Slices;
}

/** The work for one look at whether there is a page on the other side, in microseconds: without a result there may be one. */
const lookUs = 20_000;

/** The one that finds what a filter lets pass. */
export const finderOf = ({ search }: TaskFilter, { filtered, slices }: Finders): Finders[keyof Finders] =>
  search ? slices : filtered;

/**
 * Reads one page by `number`, which is the order of creation and never changes.
 *
 * With a filter it is several statements, between which other work is done: a task that changes during the read is shown
 * as it is at the end, or not at all. It ends before the page is full where that would take too much work (`WorkLimit`).
 */
export async function readPage(
  db: Kysely<Database>,
  finders: Finders,
  request: PageRequest,
): Promise<Omit<Page, 'revision'>> {
  const { owner, filter, from, limit, after, before } = request;
  const finder = finderOf(filter, finders);
  const { value: rows, reached } = await (passesAll(filter)
    ? readRows(db, request)
    : readMatchingRows(db, finder, request));
  const more = rows.length > limit || reached !== null;
  const tasks = rows.slice(0, limit).map(fromRow);
  if (from === 'oldest') tasks.reverse();
  const isAny = async (direction: 'newest' | 'oldest', beyond: number | undefined) => {
    if (beyond === undefined) return false;
    const found = await finder.find({ owner, filter, from: direction, beyond }, 1, new WorkLimit(lookUs));
    return found.value.length > 0 || found.reached !== null;
  };
  return {
    tasks,
    reached,
    hasNextPage: (from === 'newest' && more) || (await isAny('newest', before && before + 1)),
    hasPreviousPage: (from === 'oldest' && more) || (await isAny('oldest', after && after - 1)),
  };
}

/** The rows of a page and one more, in its direction. */
async function readRows(
  db: Kysely<Database>,
  { owner, from, limit, after, before }: PageRequest,
): Promise<Walked<TaskRow[]>> {
  let page = liveTasks(db, owner);
  // Newest first, a later page has smaller numbers.
  if (after !== undefined) page = page.where('number', '<', after);
  if (before !== undefined) page = page.where('number', '>', before);
  const rows = await page
    .selectAll()
    .orderBy('number', from === 'newest' ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute();
  return { value: rows, reached: null };
}

async function readMatchingRows(
  db: Kysely<Database>,
  finder: Pick<Slices, 'find'>,
  { owner, filter, from, limit, after, before }: PageRequest,
): Promise<Walked<TaskRow[]>> {
  const [beyond, until] = from === 'newest' ? [after, before] : [before, after];
  const walk = { owner, filter, from, beyond, until };
  const { value: numbers, reached } = await finder.find(walk, limit + 1, new WorkLimit());
  if (numbers.length === 0) return { value: [], reached };
  const rows = await liveTasks(db, owner)
    .selectAll()
    .where('number', 'in', paddedList(numbers))
    .orderBy('number', from === 'newest' ? 'desc' : 'asc')
    .execute();
  // Some may have changed since they were found.
  return { value: rows.filter(filterTest(filter)), reached };
}
