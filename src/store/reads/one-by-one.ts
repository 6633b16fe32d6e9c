/** Runs work one by one for each key, in the order in which it came; different keys do not wait for each other. */
export class OneByOne<Key> {
  readonly #tails = new Map<Key, Promise<unknown>>();

  /** Runs when all earlier work of the key has ended, however it ended. */
  async run<Value>(key: Key, work: () => Promise<Value>): Promise<Value> {
    const before = this.#tails.get(key);
    const result = before === undefined ? work() : before.then(work, work);
    this.#tails.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    }
  }
}
