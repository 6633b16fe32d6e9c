import { setTimeout as pause } from 'node:timers/promises';

/**
 * The pace of long work in the background: it works for a few milliseconds, then leaves the event loop to others for a
 * multiple of that time.
 */
export class PacedWork {
  readonly #sliceMs: number;
  readonly #restFactor: number;
  readonly #signal: AbortSignal;
  #begunAt = performance.now();

  /**
   * @param restFactor the length of a rest, in lengths of the work before it
   * @param signal ends the work at its next rest
   */
  constructor(
    signal: AbortSignal,
    { sliceMs, restFactor }: { readonly sliceMs: number; readonly restFactor: number },
  ) {
    this.#signal = signal;
    this.#sliceMs = sliceMs;
    this.#restFactor = restFactor;
  }

  /** True if the work should rest now. Cheap enough for each of its smallest steps. */
  isDue(): boolean {
    return performance.now() - this.#begunAt >= this.#sliceMs;
  }

  /** Rests if it is due. @throws the reason of the signal once it is aborted */
  async rest(): Promise<void> {
    this.#signal.throwIfAborted();
    const workedMs = performance.now() - this.#begunAt;
    if (workedMs < this.#sliceMs) return;
    const restMs = Math.ceil(workedMs * this.#restFactor);
    // It rejects with an error of its own.
    await pause(restMs, undefined, { signal: this.#signal }).catch(() => this.#signal.throwIfAborted());
    this.#begunAt = performance.now();
  }
}
