import { useSyncExternalStore } from 'react';

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
