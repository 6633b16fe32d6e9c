import type { ProviderDeclaration } from './declaration.ts';
import type { VideoProvider } from './provider.ts';

/** The base interval at which its tasks are looked at, in milliseconds. */
const pollIntervalMs = 10_000;

/**
 * A placeholder for a provider that is not configured, so that tasks of an earlier configuration end too. Requests to it
 * reject.
 */
export function createMissingProvider({ name, label }: ProviderDeclaration): VideoProvider {
  const reject = () => Promise.reject(new Error(`${label} is not configured`));
  return {
    name,
    label,
    isMissing: true,
    taskPage: null,
    priceSetting: null,
    pollIntervalMs,
    createRate: null,
    usdPerCredit: null,
    models: [],
    acceptsOtherModels: false,
    reservedOptions: () => new Set(),
    freeOptions: () => new Map(),
    price: () => null,
    submit: reject,
    check: reject,
    credits: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
