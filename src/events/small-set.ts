/**
 * A set that mostly holds one item, and then takes little more than that: a `Set` takes 350 bytes, and there are two for
 * each of 20,000 watched tasks. Items are visited in the order in which they were added.
 */
export class SmallSet<T extends object> {
  #only: T | null = null;
  #many: Set<T> | null = null;

  get size(): number {
    return this.#many?.size ?? (this.#only === null ? 0 : 1);
  }

  add(item: T): void {
    if (this.#many !== null) {
      this.#many.add(item);
    } else if (this.#only === null || this.#only === item) {
      this.#only = item;
    } else {
      this.#many = new Set([this.#only, item]);
      this.#only = null;
    }
  }

  delete(item: T): void {
    if (this.#only === item) this.#only = null;
    else this.#many?.delete(item);
  }

  /** As with a `Set`: an item that is deleted during the visit is left out. */
  forEach(visit: (item: T) => void): void {
    if (this.#many !== null) this.#many.forEach(visit);
    else if (this.#only !== null) visit(this.#only);
  }
}
