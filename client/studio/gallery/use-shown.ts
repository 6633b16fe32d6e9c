import { useCallback, useEffect, useMemo, useState } from 'react';
import { matches, type Filter } from '../live/filter.ts';
import { shownTasks, type Reading } from '../live/pages.ts';
import type { SeenTask } from '../live/progress.ts';
import { useSelected, useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { useCount, type Count } from './use-count.ts';

/** The list of the gallery. */
export interface Shown {
  /** Ids of the tasks, in their order. Another list only if they have changed, not if a task has. */
  readonly ids: readonly string[];
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
  const listed = useValue(useMemo(() => studio.pages.reading(filter), [studio, filter]));
  const marked = useMarked(filter.isFavourite);
  const always = useValue(studio.shown);
  const favourites = useValue(studio.favourites.ids);
  const { state, hasMore } = filter.isFavourite ? { state: marked, hasMore: false } : listed;
  const select = useCallback(
    (all: readonly SeenTask[]): Part => {
      const tasks = shownTasks(all, filter, listed, { always, favourites });
      return {
        ids: tasks.map(({ task }) => task.id),
        unmatched: tasks.filter(
          ({ task }) => always.has(task.id) && !matches(task, filter, favourites.has(task.id)),
        ).length,
      };
    },
    [filter, listed, always, favourites],
  );
  const { ids, unmatched } = useSelected(studio.tasks.list, select, isSame);
  const isWhole = state === 'idle' && !hasMore;
  const counted = useCount(filter, !isWhole && !filter.isFavourite);
  const readMore = useCallback(() => {
    // A failure is shown below the list, with a button.
    if (!filter.isFavourite) studio.pages.readMore(filter).catch(() => {});
  }, [studio, filter]);
  useEffect(() => {
    if (studio.pages.reading(filter).get().horizon === null) readMore();
  }, [studio, filter, readMore]);
  const matching = ids.length - unmatched;
  const known = useMemo(() => ({ tasks: matching, isExact: true }), [matching]);
  return {
    ids,
    state,
    hasMore,
    count: isWhole ? known : counted,
    hasUnmatched: unmatched > 0,
    readMore,
  };
}

/** The part of all tasks that the gallery shows. */
interface Part {
  readonly ids: readonly string[];
  readonly unmatched: number;
}

const isSame = (a: Part, b: Part): boolean =>
  a.unmatched === b.unmatched &&
  a.ids.length === b.ids.length &&
  a.ids.every((id, index) => id === b.ids[index]);

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
