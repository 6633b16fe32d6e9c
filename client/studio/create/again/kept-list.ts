/** A bounded list that this browser keeps; empty where it keeps nothing. */
export interface KeptList<T> {
  read(): readonly T[];
  /** Keeps the first ones up to the limit. */
  write(items: readonly T[]): void;
}

/**
 * Opens a list under a name of the browser's storage.
 *
 * @param isItem false for what is not of this page, or of an earlier version
 */
export const openKeptList = <T>(
  name: string,
  most: number,
  isItem: (value: unknown) => value is T,
): KeptList<T> => ({
  read: () => {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(name) ?? '[]');
      return Array.isArray(value) ? value.filter(isItem).slice(0, most) : [];
    } catch {
      return [];
    }
  },
  write: (items) => {
    try {
      localStorage.setItem(name, JSON.stringify(items.slice(0, most)));
    } catch {
      // The storage is full: the page works without it.
    }
  },
});
