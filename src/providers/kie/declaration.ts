import type { ProviderDeclaration } from '../declaration.ts';
import { kieCallbacks } from './callback.ts';
import { createKieProvider } from './kie-provider.ts';
import { kieSettings } from './settings.ts';

const name = 'KIE';
const label = 'Kie.ai';

/** Kie.ai. */
export const kie = {
  name,
  label,
  description: 'Kie.ai.',
  settings: kieSettings,
  implementation: {
    credentials: { variables: 'KIE_API_KEY', areSet: ({ apiKey }) => apiKey !== null },
    callbacks: kieCallbacks,
    start: ({ apiKey, prices, catalogRefresh, ...settings }, { timeoutMs, now, log, facts }) => ({
      provider: createKieProvider({
        ...settings,
        name,
        label,
        taskPage: 'https://app.kie.ai',
        apiKey: apiKey ?? '',
        keyVariable: kieSettings.apiKey.variable,
        prices: prices ?? new Map(),
        ...(catalogRefresh && { catalogue: { facts, log } }),
        timeoutMs,
        now,
      }),
      allowedHosts: [],
    }),
  },
} as const satisfies ProviderDeclaration<typeof kieSettings>;
