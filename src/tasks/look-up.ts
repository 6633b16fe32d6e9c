import pLimit from 'p-limit';
import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import type { Commands } from './commands.ts';
import { wakeIntervalMs } from './wake.ts';

/** Look-ups at once: who guesses ids must not crowd out the checks of tasks. */
const places = 10;

/** Asks for tasks that are not the caller's: one live check for all who ask within two seconds. */
export class LookUps {
  readonly #commands: Pick<Commands, 'store' | 'now'>;
  readonly #inPlace = pLimit(places);
  readonly #recent = new Map<string, { readonly at: number; readonly outcome: Promise<CheckOutcome> }>();

  constructor(commands: Pick<Commands, 'store' | 'now'>) {
    this.#commands = commands;
  }

  /** How a provider says that a task is doing. Nothing of it is kept. */
  async ask(provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const { store, now } = this.#commands;
    // An id that another owner's task holds is not asked for, and reads like one that nobody knows.
    const holder = await store.getByProviderTask(provider.name, providerTaskId);
    return holder === null
      ? this.#askOnce(provider, providerTaskId, now())
      : { kind: 'unknown', reason: 'no such task', hint: '' };
  }

  #askOnce(provider: VideoProvider, providerTaskId: string, now: number): Promise<CheckOutcome> {
    for (const [key, { at }] of this.#recent) {
      if (Math.abs(now - at) < wakeIntervalMs) break;
      this.#recent.delete(key);
    }
    const key = `${provider.name} ${providerTaskId}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent.outcome;
    const request = {
      providerTaskId,
      model: '',
      resolution: null,
      memo: null,
      callbackUrl: null,
      mayOrder: () => false,
    };
    // Bounded by the provider's own timeout.
    const outcome = this.#inPlace(() => provider.check(request, new AbortController().signal));
    this.#recent.set(key, { at: now, outcome });
    return outcome;
  }
}
