import { useCallback, useEffect, useMemo, useState } from 'react';
import { matches, type Filter } from '../live/filter.ts';
import { shownTasks, type Reading } from '../live/pages.ts';
import type { SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { useCount, type Count } from './use-count.ts';

/** The list of the gallery. */
export interface Shown {
  readonly tasks: readonly SeenTask[];
  readonly state: Reading['state'];
  /** True if there are tasks that were not read. */
  readonly hasMore: boolean;
  /** The number of tasks that match the filter, read or not; null while it is unknown. */
  readonly count: Count | null;
  /** True if new tasks are shown that do not match the filter. */
  readonly hasUnmatched: boolean;
  /** Reads the next page; a failure is in `state`. */
  readonly readMore: () => void;
}

/** The tasks that a filter shows, read page by page. */
export function useShown(filter: Filter): Shown {
  const studio = useStudio();
  const all = useValue(studio.tasks.list);
  const listed = useValue(useMemo(() => studio.pages.reading(filter), [studio, filter]));
  const marked = useMarked(filter.isFavourite);
  const always = useValue(studio.shown);
  const favourites = useValue(studio.favourites.ids);
  const { state, hasMore } = filter.isFavourite ? { state: marked, hasMore: false } : listed;
  const tasks = useMemo(
    () => shownTasks(all, filter, listed, { always, favourites }),
    [all, filter, listed, always, favourites],
  );
  const unmatched = tasks.filter(
    ({ task }) => always.has(task.id) && !matches(task, filter, favourites.has(task.id)),
  ).length;
  const isWhole = state === 'idle' && !hasMore;
  const counted = useCount(filter, !isWhole && !filter.isFavourite);
  const readMore = useCallback(() => {
    // A failure is shown below the list, with a button.
    if (!filter.isFavourite) studio.pages.readMore(filter).catch(() => {});
  }, [studio, filter]);
  useEffect(() => {
    if (studio.pages.reading(filter).get().horizon === null) readMore();
  }, [studio, filter, readMore]);
  return {
    tasks,
    state,
    hasMore,
    count: isWhole ? { tasks: tasks.length - unmatched, isExact: true } : counted,
    hasUnmatched: unmatched > 0,
    readMore,
  };
}

/** Reads the favourites that are not known yet. Returns how far it is. */
function useMarked(isNeeded: boolean): Reading['state'] {
  const studio = useStudio();
  const [state, setState] = useState<Reading['state']>('reading');
  useEffect(() => {
    if (!isNeeded) return;
    setState('reading');
    studio.readFavourites().then(
      () => setState('idle'),
      () => setState('failed'),
    );
  }, [studio, isNeeded]);
  return state;
}
