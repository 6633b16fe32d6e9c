import type { Owner } from '../domain/video-task.ts';

/** The window, in seconds, and its parts. */
const windowSeconds = 60;

/** Mutations of one owner by second, and the second that each part counts. */
interface Window {
  readonly counts: Uint32Array;
  readonly seconds: Float64Array;
}

/** Counts the mutations of owners in the last minute, in seconds: at most 720 bytes an owner. */
export class MutationRate {
  readonly #limitOf: (owner: Owner) => number | null;
  readonly #now: () => number;
  readonly #windows = new Map<Owner, Window>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /**
   * @param limitOf mutations that an owner may make in a minute; null: no limit
   * @param now milliseconds of a clock that is never set
   */
  constructor(limitOf: (owner: Owner) => number | null, now: () => number) {
    this.#limitOf = limitOf;
    this.#now = now;
  }

  /** Counts one mutation; returns null, or the seconds until one is allowed; then it is not counted. */
  take(owner: Owner): { readonly limit: number; readonly waitSeconds: number } | null {
    const limit = this.#limitOf(owner);
    if (limit === null) return null;
    const second = Math.floor(this.#now() / 1000);
    this.#sweep(second);
    let window = this.#windows.get(owner);
    if (window === undefined) {
      window = { counts: new Uint32Array(windowSeconds), seconds: new Float64Array(windowSeconds) };
      this.#windows.set(owner, window);
    }
    const { counts, seconds } = window;
    let sum = 0;
    let oldest = second;
    for (let part = 0; part < windowSeconds; part += 1) {
      const at = seconds[part] ?? 0;
      if (at <= second - windowSeconds || !counts[part]) continue;
      sum += counts[part] ?? 0;
      oldest = Math.min(oldest, at);
    }
    if (sum >= limit) return { limit, waitSeconds: oldest + windowSeconds - second };
    const part = second % windowSeconds;
    if (seconds[part] !== second) counts[part] = 0;
    seconds[part] = second;
    counts[part] = (counts[part] ?? 0) + 1;
    return null;
  }

  /** Forgets owners who have not come for a minute. */
  #sweep(second: number): void {
    if (second - this.#sweptAt < windowSeconds) return;
    this.#sweptAt = second;
    for (const [owner, { seconds }] of this.#windows) {
      if (seconds.every((at) => at <= second - windowSeconds)) this.#windows.delete(owner);
    }
  }
}
