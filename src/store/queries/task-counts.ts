import type { Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { Owner, ProviderName, Status } from '../../domain/video-task.ts';

/** The number of tasks of a provider in one status, without deleted ones. */
export interface TaskCount {
  readonly provider: ProviderName;
  readonly status: Status;
  readonly count: number;
}

/** Rows that one statement reads: 2 ms. */
const readSize = 2000;

/** The numbers that are not 0, of all owners together. The cost grows with the owners, in slices, not with the tasks. */
export async function readTaskCounts(db: Kysely<Database>): Promise<readonly TaskCount[]> {
  const sums = new Map<string, TaskCount>();
  const counts = db
    .selectFrom('task_counts')
    .selectAll()
    .orderBy('owner')
    .orderBy('provider')
    .orderBy('status')
    .limit(readSize);
  let rows = await counts.execute();
  for (;;) {
    for (const { provider, status, count } of rows) {
      const key = `${provider} ${status}`;
      const sum = (sums.get(key)?.count ?? 0) + count;
      if (sum > 0) sums.set(key, { provider, status, count: sum } as TaskCount);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < readSize) break;
    rows = await counts
      .where((expression) =>
        expression(
          expression.refTuple('owner', 'provider', 'status'),
          '>',
          expression.tuple(last.owner, last.provider, last.status),
        ),
      )
      .execute();
  }
  return [...sums].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}

/** The same of one owner. */
export async function readOwnTaskCounts(db: Kysely<Database>, owner: Owner): Promise<readonly TaskCount[]> {
  const rows = await db
    .selectFrom('task_counts')
    .select(['provider', 'status', 'count'])
    .where('owner', '=', owner)
    .where('count', '>', 0)
    .execute();
  return rows as readonly TaskCount[];
}
