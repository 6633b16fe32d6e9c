import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Owner } from '../../domain/video-task.ts';
import { stagesOf } from './filter-test.ts';

/**
 * The live tasks of an owner that a filter lets pass, `search` apart. Without bounds of their numbers it may read all of the
 * owner's rows.
 */
export function matching(
  db: Kysely<Database>,
  owner: Owner,
  filter: TaskFilter,
): SelectQueryBuilder<Database, 'tasks', object> {
  const { provider, createdAfter, createdBefore, endedAfter } = filter;
  let query = passedOver(db, owner, filter);
  const wantedStages = stagesOf(filter);
  if (wantedStages !== null) {
    query =
      wantedStages.size > 0 ? query.where('stage', 'in', [...wantedStages]) : query.where(sql.lit(false));
  }
  if (provider !== undefined) {
    // A list may name one provider thousands of times: databases bound the number of values.
    const wanted = [...new Set(provider)];
    query = wanted.length > 0 ? query.where('provider', 'in', wanted) : query.where(sql.lit(false));
  }
  if (createdAfter !== undefined) query = query.where('created_at', '>', createdAfter);
  if (createdBefore !== undefined) query = query.where('created_at', '<', createdBefore);
  if (endedAfter !== undefined) query = query.where('completed_at', '>', endedAfter);
  return query;
}

/**
 * The live tasks of an owner that a walk for a filter passes over, in the order of their numbers by an index: those of its
 * label and group, or all.
 */
export function passedOver(
  db: Kysely<Database>,
  owner: Owner,
  { label, group }: TaskFilter,
): SelectQueryBuilder<Database, 'tasks', object> {
  let query = liveTasks(db, owner);
  if (label !== undefined) query = query.where('label', '=', label);
  if (group !== undefined) query = query.where('task_group', '=', group);
  return query;
}

/** The tasks of an owner that are not deleted. */
export const liveTasks = (
  db: Kysely<Database>,
  owner: Owner,
): SelectQueryBuilder<Database, 'tasks', object> =>
  db.selectFrom('tasks').where('owner', '=', owner).where('deleted_at', 'is', null);

/** True if a filter lets every live task pass. */
export const passesAll = (filter: TaskFilter): boolean =>
  Object.entries(filter).every(([key, value]) => value === undefined || (key === 'search' && value === ''));
