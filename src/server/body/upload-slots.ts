import { OwnerCounts } from '../../commands/owner-counts.ts';
import type { Owner } from '../../domain/video-task.ts';

/** The numbers of uploads that are received at once. */
export interface UploadSlotLimits {
  readonly perOwner: number;
  readonly total: number;
}

/** The number of uploads that may wait, for each slot of an owner. */
const waitingPerSlot = 50;
/** One slot of so many is kept for owners who hold none, and of two or more at least one. */
const slotsPerKept = 8;

type Start = (slot: Disposable | null) => void;

/**
 * Slots for uploads that are being received. A waiting request is not read, so it costs a connection and little memory.
 * Owners take turns, and none takes the last slots while it holds others.
 */
export class UploadSlots {
  readonly #limits: UploadSlotLimits;
  readonly #kept: number;
  readonly #holds = new OwnerCounts();
  /** In the order in which the owners are served; the uploads of each in the order of arrival. */
  readonly #waiting = new Map<Owner, Set<Start>>();
  #held = 0;

  constructor(limits: UploadSlotLimits) {
    this.#limits = limits;
    this.#kept = Math.min(Math.ceil(limits.total / slotsPerKept), limits.total - 1);
  }

  /**
   * Waits for a slot. Resolves to null if too many uploads of the owner wait already, or when the signal aborts.
   */
  enter(owner: Owner, signal: AbortSignal): Promise<Disposable | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.#isFree(owner)) return Promise.resolve(this.#take(owner));
    const queue = this.#waiting.get(owner) ?? new Set();
    if (queue.size >= this.#limits.perOwner * waitingPerSlot) return Promise.resolve(null);
    this.#waiting.set(owner, queue);
    return new Promise((resolve) => {
      const leave = () => {
        queue.delete(start);
        if (queue.size === 0) this.#waiting.delete(owner);
        resolve(null);
      };
      const start: Start = (slot) => {
        signal.removeEventListener('abort', leave);
        resolve(slot);
      };
      queue.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #isFree(owner: Owner): boolean {
    const { perOwner, total } = this.#limits;
    const own = this.#holds.of(owner);
    return own < perOwner && this.#held < total - (own === 0 ? 0 : this.#kept);
  }

  #take(owner: Owner): Disposable {
    this.#held += 1;
    this.#holds.add(owner, 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#held -= 1;
        this.#holds.add(owner, -1);
        this.#startNext();
      },
    };
  }

  #startNext(): void {
    for (const [owner, queue] of this.#waiting) {
      if (!this.#isFree(owner)) continue;
      this.#waiting.delete(owner);
      const [start] = queue;
      if (start === undefined) continue;
      queue.delete(start);
      if (queue.size > 0) this.#waiting.set(owner, queue);
      start(this.#take(owner));
      return;
    }
  }
}
