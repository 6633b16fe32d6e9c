import type { ProviderName } from '../domain/video-task.ts';
import type { VideoProvider } from './provider.ts';

const labels: Readonly<Record<ProviderName, string>> = {
  KIE: 'Kie.ai',
  GOOGLE: 'Google',
  SIMULATOR: 'The simulator',
};
/** How often its tasks are looked at, as a base interval. */
const pollIntervalMs = 10_000;

/**
 * Stands for a provider that is not configured, so that tasks of an earlier configuration end too. It can be asked for
 * nothing.
 */
export function createMissingProvider(name: ProviderName): VideoProvider {
  const label = labels[name];
  const askedForNothing = () => Promise.reject(new Error(`${label} is not configured`));
  return {
    name,
    label,
    isMissing: true,
    pollIntervalMs,
    createsPer10s: 0,
    usdPerCredit: null,
    models: [],
    acceptsOtherModels: false,
    reservedOptions: new Set(),
    freeOptions: () => new Map(),
    price: () => null,
    submit: askedForNothing,
    check: askedForNothing,
    credits: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
