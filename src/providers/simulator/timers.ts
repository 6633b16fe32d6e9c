/** Owns every timer of a simulator. */
export interface Timers extends Disposable {
  /** Calls `run` once, as soon as the clock says `due` or more; never after disposal. It must not throw. */
  at(due: number, run: () => void): void;
}

// setTimeout takes 31 bits; a longer one fires at once.
const longestTimeoutMs = 2 ** 31 - 1;

/** Makes timers that go by this clock. */
export function createTimers(now: () => number): Timers {
  const pending = new Set<NodeJS.Timeout>();
  const at = (due: number, run: () => void): void => {
    const waitMs = Math.min(Math.max(due - now(), 0), longestTimeoutMs);
    const timer = setTimeout(() => {
      pending.delete(timer);
      // A timeout may fire a millisecond early by the wall clock.
      if (now() < due) at(due, run);
      else run();
    }, waitMs);
    pending.add(timer);
  };
  return {
    at,
    [Symbol.dispose]() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
