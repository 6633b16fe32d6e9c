import type { Owner } from '../../domain/video-task.ts';

/** The numbers of uploads that are received at once. */
export interface UploadSlotLimits {
  readonly perOwner: number;
  readonly total: number;
}

/** The number of uploads that may wait, for each slot of an owner. */
const waitingPerSlot = 50;

interface Waiting {
  readonly owner: Owner;
  readonly start: (slot: Disposable | null) => void;
}

/**
 * Slots for uploads that are being received. A waiting request is not read, so it costs a connection and little memory.
 * Free slots are given in the order of arrival, never beyond the owner's own limit.
 */
export class UploadSlots {
  readonly #limits: UploadSlotLimits;
  readonly #heldByOwner = new Map<Owner, number>();
  readonly #waiting = new Set<Waiting>();
  #held = 0;

  constructor(limits: UploadSlotLimits) {
    this.#limits = limits;
  }

  /**
   * Waits for a slot. Resolves to null if too many uploads of the owner wait already, or when the signal aborts.
   */
  enter(owner: Owner, signal: AbortSignal): Promise<Disposable | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.#isFree(owner)) return Promise.resolve(this.#take(owner));
    let ahead = 0;
    for (const waiting of this.#waiting) if (waiting.owner === owner) ahead += 1;
    if (ahead >= this.#limits.perOwner * waitingPerSlot) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.delete(waiting);
        resolve(null);
      };
      const waiting: Waiting = {
        owner,
        start: (slot) => {
          signal.removeEventListener('abort', leave);
          resolve(slot);
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #isFree(owner: Owner): boolean {
    return this.#held < this.#limits.total && (this.#heldByOwner.get(owner) ?? 0) < this.#limits.perOwner;
  }

  #take(owner: Owner): Disposable {
    this.#held += 1;
    this.#heldByOwner.set(owner, (this.#heldByOwner.get(owner) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#give(owner);
      },
    };
  }

  #give(owner: Owner): void {
    this.#held -= 1;
    const held = (this.#heldByOwner.get(owner) ?? 0) - 1;
    if (held > 0) this.#heldByOwner.set(owner, held);
    else this.#heldByOwner.delete(owner);
    for (const waiting of this.#waiting) {
      if (!this.#isFree(waiting.owner)) continue;
      this.#waiting.delete(waiting);
      waiting.start(this.#take(waiting.owner));
      return;
    }
  }
}
