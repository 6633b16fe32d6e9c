import type { JsonValue, ProviderName } from './video-task.ts';

/** A fact that a provider reported. */
export interface ProviderFact {
  readonly value: JsonValue;
  /** The time at which it was reported, in milliseconds since 1970. */
  readonly at: number;
}

/** Facts that providers report now and then, such as the success rates of models: kept for all instances and restarts. */
export interface ProviderFacts {
  /** All kept facts of a provider, by the key that its adapter chose. */
  all(provider: ProviderName): Promise<ReadonlyMap<string, ProviderFact>>;
  /** Keeps a fact in place of the one before. */
  keep(provider: ProviderName, key: string, fact: ProviderFact): Promise<void>;
  /**
   * Reserves the reading of a provider's facts, so that one instance at a time reads them. The same reader may extend it.
   *
   * @param until milliseconds since 1970
   * @returns false while another reader has it
   */
  reserve(provider: ProviderName, reader: string, now: number, until: number): Promise<boolean>;
}
