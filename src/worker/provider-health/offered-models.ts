import type { VideoProvider } from '../../providers/provider.ts';
import type { Store } from '../../store/store.ts';
import { keepRetirement, listedModel, readRetiredModels } from '../../commands/retired-models.ts';

/** Settings of what is known of offered models. */
export interface OfferedModelsOptions {
  readonly store: Pick<Store, 'providerFacts'>;
  readonly provider: Pick<VideoProvider, 'name' | 'models'>;
  readonly now: () => number;
}

/**
 * Notes which listed models a provider refuses as no longer offered, for all to see before they choose one. Nothing else
 * follows from it: a task is sent to the model that it names.
 */
export class OfferedModels {
  readonly #options: OfferedModelsOptions;
  /** Read once: an accepted task then costs no query. */
  #retired: Promise<Set<string>> | null = null;

  constructor(options: OfferedModelsOptions) {
    this.#options = options;
  }

  /** Takes a response about a model into account: that it is not offered, or that it took a task. */
  async note(name: string, isRetired: boolean): Promise<void> {
    const { store, provider, now } = this.#options;
    const model = listedModel(provider.models, name);
    if (model === null) return;
    this.#retired ??= this.#read();
    const retired = await this.#retired;
    if (retired.has(model) === isRetired) return;
    await keepRetirement(store.providerFacts, provider.name, model, { isRetired, at: now() });
    if (isRetired) retired.add(model);
    else retired.delete(model);
  }

  async #read(): Promise<Set<string>> {
    const { store, provider } = this.#options;
    try {
      return new Set((await readRetiredModels(store.providerFacts, provider.name)).keys());
    } catch (error) {
      this.#retired = null;
      throw error;
    }
  }
}
