/** Owns every timer of a simulator. */
export interface Timers extends Disposable {
  /** Calls `run` once, as soon as the clock says `due` or more; never after disposal. It must not throw. */
  at(due: number, run: () => void): void;
  /** Calls `run` once after this much real time, whatever the clock says; never after disposal. It must not throw. */
  after(ms: number, run: () => void): void;
}

// setTimeout takes 31 bits; a longer one fires at once.
const longestTimeoutMs = 2 ** 31 - 1;

/** Makes timers that go by this clock. */
export function createTimers(now: () => number): Timers {
  const pending = new Set<NodeJS.Timeout>();
  let isDisposed = false;
  const after = (ms: number, run: () => void): void => {
    if (isDisposed) return;
    const timer = setTimeout(() => {
      pending.delete(timer);
      run();
    }, ms);
    pending.add(timer);
  };
  const at = (due: number, run: () => void): void => {
    const waitMs = Math.min(Math.max(due - now(), 0), longestTimeoutMs);
    // A timeout may fire a millisecond early by the wall clock.
    after(waitMs, () => (now() < due ? at(due, run) : run()));
  };
  return {
    at,
    after,
    [Symbol.dispose]() {
      isDisposed = true;
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
