import { paddedList } from './padded-list.ts';

/** The limit of keys in one query. */
const mostKeys = 250;

interface Batch<Key, Value> {
  readonly keys: Set<Key>;
  readonly values: Promise<ReadonlyMap<Key, Value>>;
}

/**
 * Reads by key that are asked for together, such as by the resolvers of one page, as one query. A key that is asked
 * for several times is read once. Nothing is kept: a later call reads again.
 */
export class BatchedRead<Key, Value> {
  readonly #read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>;
  #open: Batch<Key, Value> | null = null;

  /** @param read reads the values of keys, of which some may be repeated; a key without a value is left out */
  constructor(read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#read = read;
  }

  /** The value of a key; undefined where there is none. */
  async load(key: Key): Promise<Value | undefined> {
    this.#open ??= this.#begin();
    const { keys, values } = this.#open;
    keys.add(key);
    return (await values).get(key);
  }

  #begin(): Batch<Key, Value> {
    const keys = new Set<Key>();
    // The resolvers of one list run before the next microtask.
    const values = Promise.resolve().then(() => {
      this.#open = null;
      return this.#readAll([...keys]);
    });
    return { keys, values };
  }

  async #readAll(keys: readonly Key[]): Promise<ReadonlyMap<Key, Value>> {
    if (keys.length <= mostKeys) return this.#read(paddedList(keys));
    const values = new Map<Key, Value>();
    for (let start = 0; start < keys.length; start += mostKeys) {
      const part = await this.#read(paddedList(keys.slice(start, start + mostKeys)));
      for (const [key, value] of part) values.set(key, value);
    }
    return values;
  }
}
