import type { ProviderHealth } from '../providers/provider.ts';
import type { ProviderName } from '../domain/video-task.ts';
import type { LongLived } from '../time/lifetime.ts';
import type { Poller } from './poller.ts';

/** The pollers of all providers, as one part of the server. */
export class Pollers implements LongLived {
  readonly #byProvider: ReadonlyMap<ProviderName, Poller>;

  /** @param pollers one for each provider; the caller leaves them to this object */
  constructor(pollers: readonly Poller[]) {
    this.#byProvider = new Map(pollers.map((poller) => [poller.provider, poller]));
  }

  /** Whether each one runs, and could look for work the last time. */
  get areWorking(): boolean {
    return [...this.#byProvider.values()].every((poller) => poller.isWorking);
  }

  /** How a provider has responded in the last minutes. */
  health(provider: ProviderName): ProviderHealth {
    return this.#byProvider.get(provider)?.health ?? 'UNKNOWN';
  }

  /** Begins to work. */
  start(): void {
    for (const poller of this.#byProvider.values()) poller.start();
  }

  /** There may be work of a provider now. */
  wake(provider: ProviderName): void {
    this.#byProvider.get(provider)?.wake();
  }

  /** Takes nothing new from now on, for any provider; what is under way goes on until the disposal. */
  stop(): void {
    for (const poller of this.#byProvider.values()) poller.stop();
  }

  /** Stops all of them first, then drains them together: the time of a stop does not grow with the providers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await Promise.all([...this.#byProvider.values()].map((poller) => poller[Symbol.asyncDispose]()));
  }
}
