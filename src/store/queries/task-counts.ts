import type { Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { ProviderName, Status } from '../../domain/video-task.ts';

/** The number of tasks of a provider in one status, without deleted ones. */
export interface TaskCount {
  readonly provider: ProviderName;
  readonly status: Status;
  readonly count: number;
}

/** The numbers that are not 0, as triggers keep them: the cost does not grow with the tasks. */
export async function readTaskCounts(db: Kysely<Database>): Promise<readonly TaskCount[]> {
  const rows = await db
    .selectFrom('task_counts')
    .select(['provider', 'status', 'count'])
    .where('count', '>', 0)
    .orderBy('provider')
    .orderBy('status')
    .execute();
  return rows as readonly TaskCount[];
}
