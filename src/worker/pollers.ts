import type { ProviderHealth } from '../providers/provider.ts';
import type { ProviderName } from '../domain/video-task.ts';
import type { LongLived } from '../time/lifetime.ts';
import type { Poller } from './poller.ts';

/** The pollers of all providers, started and stopped together. */
export class Pollers implements LongLived {
  readonly #byProvider: ReadonlyMap<ProviderName, Poller>;

  /** @param pollers one for each provider; owned by this object from then on */
  constructor(pollers: readonly Poller[]) {
    this.#byProvider = new Map(pollers.map((poller) => [poller.provider, poller]));
  }

  /** True if every poller works. */
  get areWorking(): boolean {
    return [...this.#byProvider.values()].every((poller) => poller.isWorking);
  }

  /** The reliability of a provider in the last minutes. */
  health(provider: ProviderName): ProviderHealth {
    return this.#byProvider.get(provider)?.health ?? 'UNKNOWN';
  }

  /** True while a provider refuses our key. */
  isKeyRefused(provider: ProviderName): boolean {
    return this.#byProvider.get(provider)?.isKeyRefused ?? false;
  }

  start(): void {
    for (const poller of this.#byProvider.values()) poller.start();
  }

  /** A hint that work for a provider may be due now. */
  wake(provider: ProviderName): void {
    this.#byProvider.get(provider)?.wake();
  }

  /** Begins the stop of every poller; paid attempts continue until the disposal. */
  stop(): void {
    for (const poller of this.#byProvider.values()) poller.stop();
  }

  /** Stops all pollers first, then drains them together: the stop takes no longer with more providers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await Promise.all([...this.#byProvider.values()].map((poller) => poller[Symbol.asyncDispose]()));
  }
}
