import type { Sharing } from '../store/store.ts';
import type { Owner } from '../domain/video-task.ts';

/** Slots of each kind of work: each kind has its own, so that a long queue of one does not delay another. */
export interface SlotCounts {
  readonly check: number;
  readonly submit: number;
  readonly download: number;
}

type SlotKind = keyof SlotCounts;

/** A slot that work holds. */
export interface Slot {
  /**
   * Exchanges the slot for one of a download, and waits for that while there is none. Of the owners that wait, the one
   * that holds the fewest is next.
   *
   * @throws the signal's reason
   */
  toDownload(signal: AbortSignal): Promise<void>;
  /** Frees the slot; a second call changes nothing. */
  free(): void;
}

/** The slot of work that makes no request to a provider. */
export const noSlot: Slot = {
  toDownload: () => Promise.reject(new Error('Work without a slot downloads nothing')),
  free: () => {},
};

/** One in so many slots of a kind is kept for owners that hold none: a provider that hangs may occupy the others for long. */
const keptShare = 10;

/** A download that waits. */
interface Waiting {
  readonly owner: Owner;
  readonly start: () => void;
}

/** Slots for the work that runs at once, shared between owners. */
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

  /** @param onFree called for each slot that becomes free; must not throw */
  constructor(limits: SlotCounts, onFree: () => void) {
    this.#limits = limits;
    this.#onFree = onFree;
  }

  /** The number of free slots of a kind. */
  left(kind: SlotKind): number {
    return this.#limits[kind] - this.#taken[kind];
  }

  /** True if a request to the provider is under way. */
  get areAsking(): boolean {
    return this.#taken.check + this.#taken.submit > 0;
  }

  /**
   * The rule by which free slots of a kind are shared between owners.
   *
   * @param count the number of free slots to be given away now
   */
  sharing(kind: SlotKind, count: number): Sharing {
    const others = Math.max(0, this.left(kind) - count);
    return {
      heldBy: (owner) => this.#held[kind].get(owner) ?? 0,
      kept: Math.max(0, this.#keptOf(kind) - others),
    };
  }

  /** Takes a slot; the caller has checked that there is one. */
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

  /** Resolves with true when the slot is taken, with false when the signal aborted first. */
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
