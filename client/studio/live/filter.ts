import type { VariablesOf } from 'gql.tada';
import type { ListQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';

/** Filter and order of the gallery. Only values that are not null or empty restrict it. */
export interface Filter {
  readonly search: string;
  readonly status: Task['status'] | null;
  readonly provider: Task['provider'] | null;
  /** The whole label, exactly. */
  readonly label: string | null;
  /** The first and the last day of creation, in the time zone of the device, as YYYY-MM-DD. */
  readonly from: string | null;
  readonly to: string | null;
  /** True for the favourites of this device alone. */
  readonly isFavourite: boolean;
  readonly sort: 'newest' | 'oldest';
}

/** The filter that shows everything, newest first. */
export const everything: Filter = {
  search: '',
  status: null,
  provider: null,
  label: null,
  from: null,
  to: null,
  isFavourite: false,
  sort: 'newest',
};

/** True if a filter may hide a task. */
export const isRestricting = ({ sort: _sort, ...conditions }: Filter): boolean =>
  Object.values(conditions).some((value) => value !== null && value !== '' && value !== false);

/** The filter as the server takes it. It does not know the favourites. */
export function serverFilterOf(filter: Filter): NonNullable<VariablesOf<typeof ListQuery>['filter']> {
  const { search, status, provider, label, from, to } = filter;
  return {
    ...(search !== '' && { search }),
    ...(status !== null && { status: [status] }),
    ...(provider !== null && { provider: [provider] }),
    ...(label !== null && { label }),
    // Both ends of the server's are exclusive.
    ...(from !== null && { createdAfter: new Date(startOfDay(from) - 1).toISOString() }),
    ...(to !== null && { createdBefore: new Date(startOfDay(to, 1)).toISOString() }),
  };
}

/** True if a task matches a filter. @param isFavourite whether it is a favourite of this device */
export function matches(task: Task, filter: Filter, isFavourite = false): boolean {
  const { search, status, provider, label, from, to } = filter;
  if (filter.isFavourite && !isFavourite) return false;
  if (status !== null && task.status !== status) return false;
  if (provider !== null && task.provider !== provider) return false;
  if (label !== null && task.label !== label) return false;
  const createdAt = from === null && to === null ? 0 : Date.parse(task.createdAt);
  if (from !== null && createdAt < startOfDay(from)) return false;
  if (to !== null && createdAt >= startOfDay(to, 1)) return false;
  if (search === '') return true;
  const lowered = search.toLowerCase();
  return [task.prompt, task.label, task.id, task.providerTaskId].some((text) =>
    text?.toLowerCase().includes(lowered),
  );
}

/** The moment at which a day begins on this device, `after` days later. */
function startOfDay(day: string, after = 0): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + after).getTime();
}
