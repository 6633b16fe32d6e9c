/** Kinds of work that have places of their own, so that a long queue of one holds up none of another. */
export interface PlaceCounts {
  readonly check: number;
  readonly submit: number;
  readonly download: number;
}

/** A place that is taken. */
export interface Place {
  /**
   * Goes on as a download and leaves the first place to others; waits, in order, while there is no place.
   *
   * @throws the signal's reason
   */
  toDownload(signal: AbortSignal): Promise<void>;
  free(): void;
}

/** Counts the work that runs at once. */
export class Places {
  readonly #limits: PlaceCounts;
  readonly #onFree: () => void;
  readonly #taken = { check: 0, submit: 0, download: 0 };
  readonly #waiting = new Set<() => void>();

  /** @param onFree hears of each place that becomes free */
  constructor(limits: PlaceCounts, onFree: () => void) {
    this.#limits = limits;
    this.#onFree = onFree;
  }

  /** How many of a kind there are. */
  left(kind: keyof PlaceCounts): number {
    return this.#limits[kind] - this.#taken[kind];
  }

  /** Whether a provider is being asked for something. */
  get areAsking(): boolean {
    return this.#taken.check + this.#taken.submit > 0;
  }

  /** Takes a place; the caller has seen that there is one. */
  take(first: 'check' | 'submit'): Place {
    let kind: keyof PlaceCounts | null = first;
    this.#taken[first] += 1;
    const free = () => {
      if (kind !== null) this.#release(kind);
      kind = null;
    };
    return {
      free,
      toDownload: async (signal) => {
        free();
        while (this.left('download') <= 0) await this.#nextDownload(signal);
        signal.throwIfAborted();
        this.#taken.download += 1;
        kind = 'download';
      },
    };
  }

  #release(kind: keyof PlaceCounts): void {
    this.#taken[kind] -= 1;
    if (kind === 'download') {
      const [first] = this.#waiting;
      first?.();
    }
    this.#onFree();
  }

  async #nextDownload(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#waiting.delete(resolve);
    signal.throwIfAborted();
  }
}
