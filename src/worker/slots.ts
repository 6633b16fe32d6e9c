import type { Sharing } from '../store/store.ts';
import type { Owner } from '../domain/video-task.ts';

/** Kinds of work that have slots of their own, so that a long queue of one delays none of another. */
export interface SlotCounts {
  readonly check: number;
  readonly submit: number;
  readonly download: number;
}

type SlotKind = keyof SlotCounts;

/** A slot that is taken. */
export interface Slot {
  /**
   * Goes on as a download and leaves the first slot to others; waits while there is none. Of those that wait, the
   * owner who holds the fewest is next.
   *
   * @throws the signal's reason
   */
  toDownload(signal: AbortSignal): Promise<void>;
  /** Gives the slot back; a second call changes nothing. */
  free(): void;
}

/** For work that asks no provider. */
export const noSlot: Slot = {
  toDownload: () => Promise.reject(new Error('Work without a slot downloads nothing')),
  free: () => {},
};

/** Of the slots of a kind, one in so many is kept for owners who hold none: a provider that hangs may hold the others for long. */
const keptShare = 10;

/** A download that waits. */
interface Waiting {
  readonly owner: Owner;
  readonly start: () => void;
}

/** Counts the work that runs at once, and whose it is. */
export class Slots {
  readonly #limits: SlotCounts;
  readonly #onFree: () => void;
  readonly #taken = { check: 0, submit: 0, download: 0 };
  readonly #held = {
    check: new Map<Owner, number>(),
    submit: new Map<Owner, number>(),
    download: new Map<Owner, number>(),
  };
  readonly #waiting = new Set<Waiting>();

  /** @param onFree called for each slot that becomes free */
  constructor(limits: SlotCounts, onFree: () => void) {
    this.#limits = limits;
    this.#onFree = onFree;
  }

  /** How many of a kind are free. */
  left(kind: SlotKind): number {
    return this.#limits[kind] - this.#taken[kind];
  }

  /** Whether a provider is being asked for something. */
  get areAsking(): boolean {
    return this.#taken.check + this.#taken.submit > 0;
  }

  /**
   * How so many free slots of a kind are shared between owners.
   *
   * @param count how many of the free ones are given away now
   */
  sharing(kind: SlotKind, count: number): Sharing {
    const others = Math.max(0, this.left(kind) - count);
    return {
      heldBy: (owner) => this.#held[kind].get(owner) ?? 0,
      kept: Math.max(0, this.#keptOf(kind) - others),
    };
  }

  /** Takes a slot; the caller has seen that there is one. */
  take(first: 'check' | 'submit', owner: Owner): Slot {
    let kind: SlotKind | null = first;
    this.#take(first, owner);
    const free = () => {
      if (kind !== null) this.#release(kind, owner);
      kind = null;
    };
    return {
      free,
      toDownload: async (signal) => {
        free();
        signal.throwIfAborted();
        if (this.#mayDownload(owner)) this.#take('download', owner);
        else if (!(await this.#nextDownload(owner, signal))) throw signal.reason;
        kind = 'download';
      },
    };
  }

  #keptOf(kind: SlotKind): number {
    return Math.floor(this.#limits[kind] / keptShare);
  }

  #take(kind: SlotKind, owner: Owner): void {
    this.#taken[kind] += 1;
    this.#held[kind].set(owner, (this.#held[kind].get(owner) ?? 0) + 1);
  }

  #release(kind: SlotKind, owner: Owner): void {
    const held = (this.#held[kind].get(owner) ?? 0) - 1;
    this.#taken[kind] -= 1;
    if (held > 0) this.#held[kind].set(owner, held);
    else this.#held[kind].delete(owner);
    if (kind === 'download') this.#startWaiting();
    this.#onFree();
  }

  #mayDownload(owner: Owner): boolean {
    const kept = this.#held.download.has(owner) ? this.#keptOf('download') : 0;
    return this.left('download') > kept;
  }

  #startWaiting(): void {
    let next: Waiting | null = null;
    const heldBy = ({ owner }: Waiting) => this.#held.download.get(owner) ?? 0;
    for (const one of this.#waiting) {
      if (this.#mayDownload(one.owner) && (next === null || heldBy(one) < heldBy(next))) next = one;
    }
    next?.start();
  }

  /** Resolves with true when the slot is taken, with false when the signal came first. */
  async #nextDownload(owner: Owner, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      owner,
      start: () => {
        this.#waiting.delete(waiting);
        this.#take('download', owner);
        resolve(true);
      },
    };
    this.#waiting.add(waiting);
    const stop = () => {
      if (this.#waiting.delete(waiting)) resolve(false);
    };
    signal.addEventListener('abort', stop, { once: true });
    const started = await promise;
    signal.removeEventListener('abort', stop);
    return started;
  }
}
