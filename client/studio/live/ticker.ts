import type { Value } from './value.ts';

const tickMs = 1000;

/**
 * The time of `performance.now()`, once a second: only while a component uses it and the page is visible. It sends no
 * requests.
 */
export function createTicker(): Value<number> {
  const listeners = new Set<() => void>();
  let now = performance.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    if (document.hidden) return;
    now = performance.now();
    for (const changed of listeners) changed();
  };
  return {
    get: () => now,
    subscribe: (changed) => {
      if (listeners.size === 0) timer = setInterval(tick, tickMs);
      listeners.add(changed);
      return () => {
        listeners.delete(changed);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
}
