import { sql, type Kysely } from 'kysely';
import type { Database } from './schema.ts';
import type { Page, PageRequest } from './store.ts';
import { fromRow } from './task-row.ts';
import { stages, statusOf } from './video-task.ts';

/** Reads one page by `number`, which is the order of creation and never changes. */
export async function readPage(
  db: Kysely<Database>,
  { owner, filter, from, limit, after, before }: PageRequest,
): Promise<Omit<Page, 'revision'>> {
  let matching = db.selectFrom('tasks').where('owner', '=', owner).where('deleted_at', 'is', null);
  const { status, provider, createdAfter, createdBefore, search, idStart } = filter;
  if (status) {
    const wanted = stages.filter((stage) => status.includes(statusOf(stage)));
    matching = wanted.length > 0 ? matching.where('stage', 'in', wanted) : matching.where(sql.lit(false));
  }
  if (provider) {
    matching =
      provider.length > 0 ? matching.where('provider', 'in', provider) : matching.where(sql.lit(false));
  }
  if (createdAfter !== undefined) matching = matching.where('created_at', '>', createdAfter);
  if (createdBefore !== undefined) matching = matching.where('created_at', '<', createdBefore);
  if (search !== undefined && search !== '') {
    matching = matching.where((expression) =>
      expression.or([
        ...searched.map((column) => sql<boolean>`${placeOf(column, search)} > 0`),
        ...(idStart === undefined ? [] : [sql<boolean>`${placeOf('id', idStart)} = 1`]),
      ]),
    );
  }
  const { count } = await matching
    .select((expression) => expression.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();

  // Newest first, a later page has smaller numbers.
  let page = matching;
  if (after !== undefined) page = page.where('number', '<', after);
  if (before !== undefined) page = page.where('number', '>', before);
  const rows = await page
    .selectAll()
    .orderBy('number', from === 'newest' ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute();
  const more = rows.length > limit;
  const tasks = rows.slice(0, limit).map(fromRow);
  if (from === 'oldest') tasks.reverse();
  const isAny = async (side: '<=' | '>=', place: number | undefined) =>
    place !== undefined &&
    (await matching.select('number').where('number', side, place).limit(1).executeTakeFirst()) !== undefined;
  return {
    tasks,
    hasNextPage: (from === 'newest' && more) || (await isAny('<=', before)),
    hasPreviousPage: (from === 'oldest' && more) || (await isAny('>=', after)),
    totalCount: Number(count),
  };
}

const searched = ['prompt', 'label', 'id', 'provider_task_id', 'tracked_id'] as const;

/** From 1; 0: nowhere. Not LIKE: every letter counts as itself, and SQLite refuses patterns beyond 50,000 bytes. */
const placeOf = (column: (typeof searched)[number], text: string) =>
  sql`strpos(lower(${sql.ref(column)}), ${text.toLowerCase()})`;
