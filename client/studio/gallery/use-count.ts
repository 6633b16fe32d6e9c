import { useEffect, useState } from 'react';
import { CountQuery } from '../api/queries.ts';
import { serverFilterOf, type Filter } from '../live/filter.ts';
import { useStudio } from '../studio.ts';

/** Pause after a change before the tasks are counted again: the server reads all that match. */
const settleMs = 1500;

/**
 * The number of tasks that match a filter, as the server counts them. Null until it is known.
 *
 * @param isNeeded false if the page itself knows the number
 */
export function useCount(filter: Filter, isNeeded: boolean): number | null {
  const studio = useStudio();
  const [count, setCount] = useState<number | null>(null);
  const asked = JSON.stringify(serverFilterOf(filter));
  useEffect(() => {
    setCount(null);
    if (!isNeeded) return undefined;
    const controller = new AbortController();
    const ask = () =>
      studio
        .ask(
          CountQuery,
          { filter: JSON.parse(asked) as ReturnType<typeof serverFilterOf> },
          controller.signal,
        )
        .then(
          ({ videoTasks }) => setCount(videoTasks.totalCount),
          // The list is shown without its number.
          () => {},
        );
    let timer: ReturnType<typeof setTimeout> | undefined;
    void ask();
    const stop = studio.tasks.onChange(({ task, before }) => {
      if (before?.status === task.status) return;
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), settleMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, asked, isNeeded]);
  return count;
}
