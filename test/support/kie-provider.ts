import { createKieProvider, type KieOptions } from '../../src/providers/kie/kie-provider.ts';
import type { VideoProvider } from '../../src/providers/provider.ts';

/** Kie's adapter alone, for an account whose API and upload host are at one address. */
export const kieProviderAt = (url: string, more: Partial<KieOptions> = {}): VideoProvider =>
  createKieProvider({
    name: 'KIE',
    label: 'Kie.ai',
    taskPage: 'https://app.kie.ai',
    apiKey: 'k',
    baseUrl: url,
    uploadUrl: url,
    contract: 'jobs',
    pollIntervalMs: 1000,
    createsPer10s: 0,
    timeoutMs: 5000,
    now: Date.now,
    ...more,
  });
