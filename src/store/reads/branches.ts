import { sql, type Kysely, type RawBuilder } from 'kysely';
import { hasLabels, stagesOf, type FilteredColumn } from './filter-test.ts';
import { matching, passedOver, passesAll } from './matching.ts';
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

/** Numbers of an owner's tasks, exclusive of both. */
export interface Between {
  readonly owner: Owner;
  readonly above: number;
  readonly below: number;
}

/** So few tasks of some stages and providers are read rather than those of a label. */
const fewTasks = 1000;

/**
 * Branches that have every task that a filter lets pass, and no empty ones.
 *
 * @param counts the owner's; not needed for a label or a group alone
 */
export function branchesOf(filter: TaskFilter, counts: readonly TaskCount[]): readonly Branch[] {
  const { label, group, provider: providers } = filter;
  const stages = stagesOf(filter);
  const isOfStages = stages !== null || providers !== undefined;
  const named = counts
    .filter(({ provider }) => providers?.includes(provider) ?? true)
    .filter(({ status }) => stages === null || [...stages].some((stage) => statusOf(stage) === status));
  if (hasLabels(filter)) {
    const tasks = named.reduce((sum, { count }) => sum + count, 0);
    if (!isOfStages || tasks > fewTasks) {
      return [group === undefined ? { kind: 'label', value: label ?? '' } : { kind: 'group', value: group }];
    }
  }
  if (!isOfStages) return counts.length > 0 ? [{ kind: 'all' }] : [];
  return named.flatMap(({ provider, status }) =>
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

/** All entries of some branches between two numbers, exclusive, in no order. */
export async function readBetween(
  db: Kysely<Database>,
  branches: readonly Branch[],
  { owner, above, below }: Between,
  columns: readonly FilteredColumn[],
): Promise<readonly Entry[]> {
  const selected = sql.join(['number', ...columns].map((column) => sql.ref(column)));
  const ofEach = branches.map(
    (branch) =>
      sql`select ${selected} from tasks where ${isIn(owner, branch)} and number > ${above} and number < ${below}`,
  );
  return (await sql<Entry>`${sql.join(ofEach, sql` union all `)}`.execute(db)).rows;
}

/** The number of entries of some branches between two numbers, exclusive; at most `most` of each. */
export async function countBetween(
  db: Kysely<Database>,
  branches: readonly Branch[],
  { owner, above, below }: Between,
  most: number,
): Promise<number> {
  const counts = branches.map(
    (branch) => sql`(select count(*) from (select 1 from tasks
      where ${isIn(owner, branch)} and number > ${above} and number < ${below} limit ${most}) as entries)`,
  );
  const { rows } = await sql<{ count: number }>`select ${sql.join(counts, sql` + `)} as count`.execute(db);
  return rows[0]?.count ?? 0;
}

/** The number of tasks of a filter in some branches and a range of numbers, and of the entries that were passed over. */
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
    readonly range: Pick<NumberRange, 'first' | 'last'>;
  },
): Promise<{ readonly passed: number; readonly matching: number }> {
  const range = sql`number >= ${first} and number <= ${last}`;
  if (hasLabels(filter)) {
    const { label: _label, group: _group, ...others } = filter;
    const ofLabel = passedOver(db, owner, filter).where(sql<boolean>`${range}`);
    const count = (tasks: typeof ofLabel) =>
      tasks
        .select((expression) => expression.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
        .then((row) => row.count);
    const passed = await count(ofLabel);
    if (passed === 0 || passesAll(others)) return { passed, matching: passed };
    return { passed, matching: await count(matching(db, owner, filter).where(sql<boolean>`${range}`)) };
  }
  const { createdAfter, createdBefore, endedAfter } = filter;
  const times = sql`${createdAfter === undefined ? sql`` : sql`and created_at > ${createdAfter}`}
    ${createdBefore === undefined ? sql`` : sql`and created_at < ${createdBefore}`}
    ${endedAfter === undefined ? sql`` : sql`and completed_at > ${endedAfter}`}`;
  const counts = branches.map(
    (branch) => sql`(select count(*) from tasks where ${isIn(owner, branch)} and ${range} ${times})`,
  );
  const { rows } = await sql<{ count: number }>`select ${sql.join(counts, sql` + `)} as count`.execute(db);
  const count = rows[0]?.count ?? 0;
  return { passed: count, matching: count };
}

function isIn(owner: Owner, branch: Branch): RawBuilder<unknown> {
  const isLive = sql`owner = ${owner} and deleted_at is null`;
  if (branch.kind === 'all') return isLive;
  if (branch.kind === 'stage') {
    return sql`${isLive} and stage = ${branch.stage} and provider = ${branch.provider}`;
  }
  return sql`${isLive} and ${sql.ref(branch.kind === 'group' ? 'task_group' : 'label')} = ${branch.value}`;
}
