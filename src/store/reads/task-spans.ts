import type { Kysely } from 'kysely';
import { hasTimes } from './filter-test.ts';
import type { Database } from '../tables/database.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Owner } from '../../domain/video-task.ts';

/**
 * Numbers of one span, as the triggers count (migration 0015). A real task takes some five numbers: 800 tasks, of which
 * a list reads too many at the ends of a time. Smaller spans are more rows where an owner has few tasks among many.
 */
export const spanNumbers = 4096;

/** Rows that the first statement reads, and the most that one does. Each is twice the one before. */
const firstRead = 16;
const mostRead = 512;

/** Neighbouring numbers of an owner's tasks, `first` and `last` included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
  /** Its live tasks. */
  readonly tasks: number;
  /** True if the times of all its tasks are those that the filter asks for. */
  readonly isInside: boolean;
}

/** The spans in which a filter's times can be, in one direction; `beyond` and `until` are numbers at which it begins and ends. */
export async function* readSpans(
  db: Kysely<Database>,
  {
    owner,
    filter: { createdAfter, createdBefore, endedAfter },
    from,
    beyond,
    until,
  }: {
    readonly owner: Owner;
    readonly filter: TaskFilter;
    readonly from: 'newest' | 'oldest';
    readonly beyond?: number | undefined;
    readonly until?: number | undefined;
  },
): AsyncGenerator<NumberRange[]> {
  const direction = from === 'newest' ? 'desc' : 'asc';
  const [upTo, downTo] = from === 'newest' ? (['<=', '>='] as const) : (['>=', '<='] as const);
  const spanOf = (number: number) => Math.floor(number / spanNumbers);
  let spans = db
    .selectFrom('task_spans')
    .select(['span', 'tasks', 'first_created', 'last_created'])
    .where('owner', '=', owner)
    .where('tasks', '>', 0);
  if (createdAfter !== undefined) spans = spans.where('last_created', '>', createdAfter);
  if (createdBefore !== undefined) spans = spans.where('first_created', '<', createdBefore);
  if (endedAfter !== undefined) spans = spans.where('last_ended', '>', endedAfter);
  if (until !== undefined) spans = spans.where('span', downTo, spanOf(until));
  let start = beyond === undefined ? null : spanOf(beyond);
  for (let size = firstRead; ; size = Math.min(2 * size, mostRead)) {
    const begin = start;
    const rows = await spans
      .$if(begin !== null, (query) => query.where('span', upTo, begin ?? 0))
      .orderBy('span', direction)
      .limit(size)
      .execute();
    yield rows.map(({ span, tasks, first_created, last_created }) => ({
      first: span * spanNumbers,
      last: (span + 1) * spanNumbers - 1,
      tasks,
      // Whether all have ended is not known.
      isInside:
        endedAfter === undefined &&
        (createdAfter === undefined || first_created > createdAfter) &&
        (createdBefore === undefined || last_created < createdBefore),
    }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    start = from === 'newest' ? last.span - 1 : last.span + 1;
  }
}

/** Ranges joined with their neighbours, as long as they have at most `mostTasks` together. In the order in which they come. */
export function joined(ranges: readonly NumberRange[], mostTasks: number): NumberRange[] {
  const result: NumberRange[] = [];
  for (const range of ranges) {
    const before = result.at(-1);
    const isNext =
      before !== undefined && (before.first === range.last + 1 || before.last + 1 === range.first);
    if (before !== undefined && isNext && before.tasks + range.tasks <= mostTasks) {
      result[result.length - 1] = {
        first: Math.min(before.first, range.first),
        last: Math.max(before.last, range.last),
        tasks: before.tasks + range.tasks,
        isInside: before.isInside && range.isInside,
      };
    } else {
      result.push(range);
    }
  }
  return result;
}

/** The stretches of a walk in which a filter's times can be; the whole walk where it asks for none. */
export async function* stretchesOf(
  db: Kysely<Database>,
  walk: Parameters<typeof readSpans>[1],
): AsyncGenerator<Pick<typeof walk, 'beyond' | 'until'>> {
  const { filter, from, beyond, until } = walk;
  if (!hasTimes(filter)) {
    yield { beyond, until };
    return;
  }
  const [nearest, farthest] = from === 'newest' ? [Math.min, Math.max] : [Math.max, Math.min];
  for await (const spans of readSpans(db, walk)) {
    for (const { first, last } of joined(spans, Number.POSITIVE_INFINITY)) {
      const [begin, end] = from === 'newest' ? [last + 1, first - 1] : [first - 1, last + 1];
      yield { beyond: nearest(begin, beyond ?? begin), until: farthest(end, until ?? end) };
    }
  }
}
