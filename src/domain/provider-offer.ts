import type { Price, PricedSettings, VideoModel } from './video-model.ts';
import type { ProviderName } from './video-task.ts';

/** The type of an option's value. */
export type OptionType = 'string' | 'boolean' | 'number';

/** The part of a provider that selection, prices and the check of options need. */
export interface ProviderOffer {
  readonly name: ProviderName;
  readonly label: string;
  /** The value of one credit of the provider in USD; null where it reports no credits. */
  readonly usdPerCredit: number | null;
  /** In order of preference: the first is the default. */
  readonly models: readonly VideoModel[];
  /** The price of one video; null where it is not known, as for models that are passed through by name. */
  price(model: string, settings: PricedSettings): Price | null;
  /**
   * The share of a model's videos that succeeded over the last day, 0 to 1, as the provider reports it; null where it is
   * not known. Absent: the provider reports none.
   */
  successRate?(model: string): number | null;
  /**
   * The time at which the price of a model was last found to hold at the provider, in milliseconds since 1970; null:
   * never since its price list. Absent: it cannot be checked.
   */
  pricedAt?(model: string): number | null;
  /** True if a model that is not listed is passed through by name. */
  readonly acceptsOtherModels: boolean;
  /**
   * Keys that `providerOptions` may not set with a model, in any case and with any separators, because Reelay sets them
   * itself.
   */
  reservedOptions(model: string): ReadonlySet<string>;
  /**
   * Options, as `providerOptions` spells them, that are known not to change what a video of the model costs, with the
   * types of their values. An owner with a budget may use these alone, since an estimate sees none of them.
   */
  freeOptions(model: string): ReadonlyMap<string, readonly OptionType[]>;
}
