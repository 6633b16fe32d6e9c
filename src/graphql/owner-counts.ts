import type { Owner } from '../domain/video-task.ts';

/** How many of something each owner holds; who holds none takes no memory. */
export class OwnerCounts {
  readonly #counts = new Map<Owner, number>();

  /** How many an owner holds. */
  of(owner: Owner): number {
    return this.#counts.get(owner) ?? 0;
  }

  add(owner: Owner, change: 1 | -1): void {
    const count = this.of(owner) + change;
    if (count > 0) this.#counts.set(owner, count);
    else this.#counts.delete(owner);
  }
}
