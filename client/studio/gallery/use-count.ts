import { useEffect, useState } from 'react';
import { CountQuery } from '../api/queries.ts';
import { serverFilterOf, type Filter } from '../live/filter.ts';
import { useStudio } from '../studio.ts';

/** Pause after a change before the tasks are counted again: the server reads those that match. */
const settleMs = 1500;

/** A number of tasks. */
export interface Count {
  readonly tasks: number;
  /** False: there are more. */
  readonly isExact: boolean;
}

/**
 * The number of tasks that match a filter, as the server counts them. Null until it is known.
 *
 * @param isNeeded false if the page itself knows the number
 */
export function useCount(filter: Filter, isNeeded: boolean): Count | null {
  const studio = useStudio();
  const [count, setCount] = useState<Count | null>(null);
  const asked = JSON.stringify(serverFilterOf(filter));
  useEffect(() => {
    setCount(null);
    if (!isNeeded) return undefined;
    const controller = new AbortController();
    const filterAsked = JSON.parse(asked) as ReturnType<typeof serverFilterOf>;
    let asOf = '';
    const ask = async () => {
      try {
        const { videoTasks } = await studio.ask(CountQuery, { filter: filterAsked }, controller.signal);
        asOf = videoTasks.revision;
        setCount({ tasks: videoTasks.totalCount, isExact: videoTasks.totalCountExact });
      } catch {
        // The list is shown without its number.
      }
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), settleMs);
    };
    void ask();
    const stopChanges = studio.tasks.onChange(({ task, before }) => {
      // A page of the list brings tasks that were counted.
      if (before?.status !== task.status && task.revision > asOf) askSoon();
    });
    let known = studio.tasks.list.get().length;
    const stopList = studio.tasks.list.subscribe(() => {
      const now = studio.tasks.list.get().length;
      if (now < known) askSoon();
      known = now;
    });
    return () => {
      stopChanges();
      stopList();
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, asked, isNeeded]);
  return count;
}
