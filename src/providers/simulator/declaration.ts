import { milliseconds } from '../../settings/parsers.ts';
import { setting } from '../../settings/setting.ts';
import type { ProviderDeclaration } from '../declaration.ts';
import { kieCallbacks } from '../kie/callback.ts';
import { createKieProvider } from '../kie/kie-provider.ts';
import { kieSettings } from '../kie/settings.ts';
import { simulatorEntries } from './entries.ts';
import { startSimulator } from './simulator.ts';

const name = 'SIMULATOR';
const label = 'the simulator';
/** The longest interval between two checks: it runs on this machine, and asking it costs nothing. */
const maxPollIntervalMs = 1000;

/** The wire that it is used through is Kie's, so those of Kie's settings apply that are about the wire. */
const simulatorSettings = {
  contract: kieSettings.contract,
  pollIntervalMs: kieSettings.pollIntervalMs,
  prices: kieSettings.prices,
  webhookHmacKey: kieSettings.webhookHmacKey,
  durationMs: setting(
    'SIMULATOR_DURATION_MS',
    '8000',
    'milliseconds that the built-in simulator takes for a video',
    milliseconds(0),
  ),
};

/** The simulator that is built in. */
export const simulator = {
  name,
  label,
  description:
    'The built-in simulator: returns sample videos only and bills nothing. Its costs are examples.',
  settings: simulatorSettings,
  implementation: {
    credentials: null,
    callbacks: kieCallbacks,
    async start({ contract, pollIntervalMs, prices, durationMs }, { timeoutMs, now, stack }) {
      const { url } = stack.use(await startSimulator({ durationMs }));
      const { hostname, port } = new URL(url);
      return {
        provider: createKieProvider({
          name,
          label,
          taskPage: null,
          apiKey: 'simulation',
          baseUrl: url,
          uploadUrl: url,
          contract,
          pollIntervalMs: Math.min(maxPollIntervalMs, pollIntervalMs),
          createsPer10s: 0,
          timeoutMs,
          prices: prices ?? new Map(),
          entries: simulatorEntries(durationMs),
          now,
        }),
        allowedHosts: [{ name: hostname, port: Number(port) }],
      };
    },
  },
} as const satisfies ProviderDeclaration<typeof simulatorSettings>;
