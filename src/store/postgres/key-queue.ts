/** Hands out keys, of which each is held once: those who ask for a held one wait in their order. */
export class KeyQueue<Holder extends { readonly keys: readonly string[] }> {
  /** By each key that is held, those who wait for it. */
  readonly #waiting = new Map<string, Holder[]>();

  /** Takes all keys of a holder; returns false if one of them is held. It then waits, and `release` returns it. */
  take(holder: Holder): boolean {
    for (const key of holder.keys) {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.push(holder);
        return false;
      }
    }
    for (const key of holder.keys) this.#waiting.set(key, []);
    return true;
  }

  /** Gives the keys of a holder back; returns those who waited and hold all of theirs now. */
  release({ keys }: Holder): readonly Holder[] {
    const freed = keys.map((key) => ({ key, waiting: this.#waiting.get(key) ?? [] }));
    for (const key of keys) this.#waiting.delete(key);
    const holders: Holder[] = [];
    for (const { key, waiting } of freed) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        // Where another of its keys is held, it waits for that one.
        if (!this.take(next)) continue;
        holders.push(next);
        this.#waiting.set(key, waiting);
        break;
      }
    }
    return holders;
  }
}
