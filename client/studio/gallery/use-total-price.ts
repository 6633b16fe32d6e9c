import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Task } from '../api/task.ts';
import { useStudio } from '../studio.ts';

/** The price in USD of making all of these again; undefined while it is read, null if one of them has none. */
export function useTotalPrice(tasks: readonly Task[]): number | null | undefined {
  const studio = useStudio();
  const prices = useMemo(() => tasks.map((task) => studio.prices.of(task)), [studio, tasks]);
  const subscribe = useCallback(
    (changed: () => void) => {
      const stops = prices.map((price) => price.subscribe(changed));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [prices],
  );
  return useSyncExternalStore(subscribe, () => {
    let total = 0;
    for (const price of prices) {
      const amount = price.get();
      if (amount === null || amount === undefined) return amount;
      total += amount;
    }
    return total;
  });
}
