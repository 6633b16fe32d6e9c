import type { TaskFilter } from '../task-list.ts';
import type { TaskRow } from '../tables/tasks.ts';
import { stages, statusOf, type Stage } from '../../domain/video-task.ts';

/** The columns that filters look at, `search` apart. */
export type FilteredColumn = 'stage' | 'provider' | 'label' | 'task_group' | 'created_at' | 'completed_at';

/** The columns that one filter looks at. */
export function filteredColumns(filter: TaskFilter): readonly FilteredColumn[] {
  const { label, group, provider, createdAfter, createdBefore, endedAfter } = filter;
  const columns: [FilteredColumn, boolean][] = [
    ['stage', stagesOf(filter) !== null],
    ['provider', provider !== undefined],
    ['label', label !== undefined],
    ['task_group', group !== undefined],
    ['created_at', createdAfter !== undefined || createdBefore !== undefined],
    ['completed_at', endedAfter !== undefined],
  ];
  return columns.filter(([, isTested]) => isTested).map(([column]) => column);
}

/** A filter as a test of one row, of which it needs the columns of `filteredColumns`; `search` apart. */
export function filterTest(filter: TaskFilter): (row: Partial<Pick<TaskRow, FilteredColumn>>) => boolean {
  const wantedStages: ReadonlySet<string> | null = stagesOf(filter);
  const wantedProviders = filter.provider === undefined ? null : new Set<string>(filter.provider);
  const { label, group, createdAfter, createdBefore, endedAfter } = filter;
  return (row) =>
    (wantedStages === null || wantedStages.has(row.stage ?? '')) &&
    (wantedProviders === null || wantedProviders.has(row.provider ?? '')) &&
    (label === undefined || row.label === label) &&
    (group === undefined || row.task_group === group) &&
    isWithin(row.created_at, createdAfter, createdBefore) &&
    isWithin(row.completed_at, endedAfter, undefined);
}

function isWithin(
  time: number | null | undefined,
  after: number | undefined,
  before: number | undefined,
): boolean {
  if (after === undefined && before === undefined) return true;
  if (time === null || time === undefined) return false;
  return (after === undefined || time > after) && (before === undefined || time < before);
}

/** The stages that a filter lets pass by `stage` and `status`; null: all of them. */
export function stagesOf({ stage, status }: TaskFilter): ReadonlySet<Stage> | null {
  if (stage === undefined && status === undefined) return null;
  return new Set(
    stages.filter(
      (each) =>
        (status === undefined || status.includes(statusOf(each))) &&
        (stage === undefined || stage.includes(each)),
    ),
  );
}

/** True if a filter asks for a time. */
export const hasTimes = ({ createdAfter, createdBefore, endedAfter }: TaskFilter): boolean =>
  createdAfter !== undefined || createdBefore !== undefined || endedAfter !== undefined;

/** True if a filter asks for a label or a group. */
export const hasLabels = ({ label, group }: TaskFilter): boolean =>
  label !== undefined || group !== undefined;

/** True if a filter lets one stage of a status pass and not the other. */
export function splitsStatus(filter: TaskFilter): boolean {
  const wanted = stagesOf(filter);
  if (wanted === null) return false;
  const statuses = new Set([...wanted].map(statusOf));
  return stages.some((stage) => statuses.has(statusOf(stage)) && !wanted.has(stage));
}
