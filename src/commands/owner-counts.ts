import type { Owner } from '../domain/video-task.ts';

/** A count for each owner. Owners with a count of 0 take no memory. */
export class OwnerCounts {
  readonly #counts = new Map<Owner, number>();

  /** The count of an owner. */
  of(owner: Owner): number {
    return this.#counts.get(owner) ?? 0;
  }

  add(owner: Owner, change: 1 | -1): void {
    const count = this.of(owner) + change;
    if (count > 0) this.#counts.set(owner, count);
    else this.#counts.delete(owner);
  }
}
