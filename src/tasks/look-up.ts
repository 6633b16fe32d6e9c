import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import { wakeIntervalMs } from './wake.ts';

/** Asks for tasks that are not ours: one live check for all who ask within two seconds. */
export class LookUps {
  readonly #now: () => number;
  readonly #recent = new Map<string, { readonly at: number; readonly outcome: Promise<CheckOutcome> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How a provider says that a task is doing. Nothing of it is kept. */
  ask(provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const now = this.#now();
    for (const [key, { at }] of this.#recent) {
      if (Math.abs(now - at) < wakeIntervalMs) break;
      this.#recent.delete(key);
    }
    const key = `${provider.name} ${providerTaskId}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent.outcome;
    // Bounded by the provider's own timeout.
    const request = { providerTaskId, model: '', resolution: null, memo: null, callbackUrl: null };
    const outcome = provider.check(request, new AbortController().signal);
    this.#recent.set(key, { at: now, outcome });
    return outcome;
  }
}
