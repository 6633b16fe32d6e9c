import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import { wakeIntervalMs } from './wake.ts';

/** Look-ups at once: who guesses ids must not crowd out the checks of tasks. */
const places = 10;

/** Asks for tasks that are not ours: one live check for all who ask within two seconds. */
export class LookUps {
  readonly #now: () => number;
  #free = places;
  readonly #waiting: (() => void)[] = [];
  readonly #recent = new Map<string, { readonly at: number; readonly outcome: Promise<CheckOutcome> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How a provider says that a task is doing. Nothing of it is kept. */
  ask(provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const now = this.#now();
    for (const [key, { at }] of this.#recent) {
      if (now - at < wakeIntervalMs) break;
      this.#recent.delete(key);
    }
    const key = `${provider.name} ${providerTaskId}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent.outcome;
    // Bounded by the provider's own timeout.
    const request = { providerTaskId, model: '', resolution: null, memo: null, callbackUrl: null };
    const outcome = this.#inPlace(() => provider.check(request, new AbortController().signal));
    this.#recent.set(key, { at: now, outcome });
    return outcome;
  }

  async #inPlace<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await run();
    } finally {
      // A place is handed on, or given back.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
