import { sql, type Kysely, type RawBuilder } from 'kysely';
import { hasLabels, stagesOf, type FilteredColumn } from './filter-test.ts';
import { matching } from './matching.ts';
import type { Walk } from './slices.ts';
import type { NumberRange } from './task-spans.ts';
import type { TaskCount } from '../queries/task-counts.ts';
import type { TaskFilter } from '../task-list.ts';
import type { Database } from '../tables/database.ts';
import {
  stages as allStages,
  statusOf,
  type Owner,
  type ProviderName,
  type Stage,
} from '../../domain/video-task.ts';

/** A part of an index in which the live tasks of an owner are in the order of their numbers. */
export type Branch =
  /** All of them: `tasks_listed`. */
  | { readonly kind: 'all' }
  /** Those of one stage and provider: `tasks_of_stage`. */
  | { readonly kind: 'stage'; readonly stage: Stage; readonly provider: ProviderName }
  /** Those of a group or a label: `tasks_task_group_list` and `tasks_label_list`. */
  | { readonly kind: 'group' | 'label'; readonly value: string };

/** An entry of a branch. */
export type Entry = Pick<Database['tasks'], 'number'> & Partial<Pick<Database['tasks'], FilteredColumn>>;

/** Branches that have every task that a filter lets pass, and no empty ones. */
export function branchesOf(filter: TaskFilter, counts: readonly TaskCount[]): readonly Branch[] {
  const { label, group, provider: providers } = filter;
  if (group !== undefined) return [{ kind: 'group', value: group }];
  if (label !== undefined) return [{ kind: 'label', value: label }];
  const stages = stagesOf(filter);
  if (stages === null && providers === undefined) return counts.length > 0 ? [{ kind: 'all' }] : [];
  return counts
    .filter(({ provider }) => providers?.includes(provider) ?? true)
    .flatMap(({ provider, status }) =>
      allStages
        .filter((stage) => statusOf(stage) === status && (stages?.has(stage) ?? true))
        .map((stage): Branch => ({ kind: 'stage', stage, provider })),
    );
}

/** The first `size` entries of all branches together, in the order of a walk. Reads as many of each at most. */
export async function readBranches(
  db: Kysely<Database>,
  branches: readonly Branch[],
  { owner, from, beyond, until }: Walk,
  columns: readonly FilteredColumn[],
  size: number,
): Promise<readonly Entry[]> {
  const [further, short] = from === 'newest' ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  const begin = beyond === undefined ? sql`` : sql`and number ${further} ${beyond}`;
  const end = until === undefined ? sql`` : sql`and number ${short} ${until}`;
  // The limit is a literal: SQLite plans for a bound one each time.
  const order = sql`order by number ${sql.raw(from === 'newest' ? 'desc' : 'asc')} limit ${sql.lit(size)}`;
  const selected = sql.join(['number', ...columns].map((column) => sql.ref(column)));
  const ofEach = branches.map(
    (branch) => sql`select ${selected} from tasks where ${isIn(owner, branch)} ${begin} ${end} ${order}`,
  );
  const [only] = ofEach;
  const merged = ofEach.map((query, index) => sql`select * from (${query}) as ${sql.ref(`branch${index}`)}`);
  const query =
    only !== undefined && ofEach.length === 1
      ? only
      : sql`select * from (${sql.join(merged, sql` union all `)}) as branches ${order}`;
  return (await sql<Entry>`${query}`.execute(db)).rows;
}

/** The number of tasks of a filter in some branches and a range of numbers. */
export async function countBranches(
  db: Kysely<Database>,
  branches: readonly Branch[],
  {
    owner,
    filter,
    range: { first, last },
  }: {
    readonly owner: Owner;
    readonly filter: TaskFilter;
    readonly range: NumberRange;
  },
): Promise<number> {
  if (hasLabels(filter)) {
    const { count } = await matching(db, owner, filter)
      .where('number', '>=', first)
      .where('number', '<=', last)
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return count;
  }
  const { createdAfter, createdBefore, endedAfter } = filter;
  const times = sql`${createdAfter === undefined ? sql`` : sql`and created_at > ${createdAfter}`}
    ${createdBefore === undefined ? sql`` : sql`and created_at < ${createdBefore}`}
    ${endedAfter === undefined ? sql`` : sql`and completed_at > ${endedAfter}`}`;
  const counts = branches.map(
    (branch) => sql`(select count(*) from tasks where ${isIn(owner, branch)}
      and number >= ${first} and number <= ${last} ${times})`,
  );
  const { rows } = await sql<{ count: number }>`select ${sql.join(counts, sql` + `)} as count`.execute(db);
  return rows[0]?.count ?? 0;
}

function isIn(owner: Owner, branch: Branch): RawBuilder<unknown> {
  const isLive = sql`owner = ${owner} and deleted_at is null`;
  if (branch.kind === 'all') return isLive;
  if (branch.kind === 'stage') {
    return sql`${isLive} and stage = ${branch.stage} and provider = ${branch.provider}`;
  }
  return sql`${isLive} and ${sql.ref(branch.kind === 'group' ? 'task_group' : 'label')} = ${branch.value}`;
}
