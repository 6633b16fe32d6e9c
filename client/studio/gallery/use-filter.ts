import { useCallback, useMemo } from 'react';
import { everything, type Filter } from '../live/filter.ts';
import { navigate, useQuery } from '../route.ts';

const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;
const providers = ['KIE', 'GOOGLE', 'SIMULATOR'] as const;
const dayShape = /^\d{4}-\d{2}-\d{2}$/;

/** The filter that a URL's query describes. Any query is one: values that are not understood restrict nothing. */
export function filterOf(query: string): Filter {
  const values = new URLSearchParams(query);
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | null =>
    allowed.find((value) => value === values.get(name)) ?? null;
  const day = (name: string) => {
    const value = values.get(name) ?? '';
    return dayShape.test(value) ? value : null;
  };
  return {
    search: values.get('q') ?? '',
    status: oneOf('status', statuses),
    provider: oneOf('provider', providers),
    label: values.get('label') || null,
    from: day('from'),
    to: day('to'),
    isFavourite: values.has('favourites'),
    sort: oneOf('sort', ['oldest']) ?? 'newest',
  };
}

/** The query that describes a filter, with its `?`; empty for the one that shows everything. */
export function queryOf(filter: Filter): string {
  const { search, status, provider, label, from, to, isFavourite, sort } = filter;
  const given = [
    ['q', search],
    ['status', status],
    ['provider', provider],
    ['label', label],
    ['from', from],
    ['to', to],
    ['favourites', isFavourite ? 'yes' : null],
    ['sort', sort === everything.sort ? null : sort],
  ].filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Changes the filter in the URL. `isSameStep`: the back button does not return to the one before. */
export type ChangeFilter = (part: Partial<Filter>, isSameStep?: boolean) => void;

/** The filter in the URL, so that a link, a reload and the back button keep it; and how to change it. */
export function useFilter(): readonly [Filter, ChangeFilter] {
  const query = useQuery();
  const filter = useMemo(() => filterOf(query), [query]);
  const change = useCallback<ChangeFilter>((part, isSameStep = false) => {
    const next = queryOf({ ...filterOf(location.search), ...part });
    navigate(location.pathname + next, isSameStep);
  }, []);
  return [filter, change];
}
