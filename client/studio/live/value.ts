import { useRef, useSyncExternalStore } from 'react';

/** A value that changes outside of React and that components show. */
export interface Value<T> {
  readonly get: () => T;
  /** Calls `changed` after each change. Returns a function that removes it. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** A value with its setter. */
export interface OwnedValue<T> extends Value<T> {
  readonly set: (next: T) => void;
}

/** Creates a value. Setting an identical one has no effect. */
export function createValue<T>(initial: T): OwnedValue<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (next) => {
      if (Object.is(next, current)) return;
      current = next;
      for (const changed of listeners) changed();
    },
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

/** The present value, kept up to date in the component. */
export const useValue = <T>(value: Value<T>): T => useSyncExternalStore(value.subscribe, value.get);

/**
 * A part of the present value. The component renders again only when that part has changed.
 *
 * @param select keeps its identity while it selects the same
 * @param isSame compares two parts
 */
export function useSelected<T, Part>(
  value: Value<T>,
  select: (whole: T) => Part,
  isSame: (a: Part, b: Part) => boolean = Object.is,
): Part {
  const last = useRef<{ readonly whole: T; readonly select: unknown; readonly part: Part } | null>(null);
  const get = () => {
    const whole = value.get();
    const known = last.current;
    if (known !== null && known.whole === whole && known.select === select) return known.part;
    const fresh = select(whole);
    const part = known !== null && isSame(known.part, fresh) ? known.part : fresh;
    last.current = { whole, select, part };
    return part;
  };
  return useSyncExternalStore(value.subscribe, get);
}
