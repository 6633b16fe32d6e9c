import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../src/providers/simulator/simulator.ts';
import { Caller } from './kie-app.ts';
import { startTestApp } from './start-app.ts';

/** A server with the Gemini API as its provider, and a simulator that plays it. */
export interface GoogleApp extends AsyncDisposable {
  readonly url: string;
  readonly simulator: Simulator;
  /** Without authentication, the only owner; otherwise the holder of the key. */
  as(key?: string): Caller;
}

/** The settings of a server whose account at the Gemini API is a simulator. */
export const geminiSettings = (simulatorUrl: string): Record<string, string> => {
  const { host, port } = new URL(simulatorUrl);
  return {
    GEMINI_API_KEY: 'sk-gemini-secret',
    GEMINI_BASE_URL: simulatorUrl,
    GOOGLE_POLL_INTERVAL_MS: '50',
    // Downloads lead to another origin.
    FETCH_ALLOW_HOSTS: `${host},localhost:${port}`,
  };
};

/** Starts both in this process, with settings that make tests short. */
export async function startGoogleApp(
  env: Record<string, string> = {},
  simulation: Partial<SimulatorOptions> = {},
): Promise<GoogleApp> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(
    await startSimulator({ durationMs: 100, apiKey: 'sk-gemini-secret', ...simulation }),
  );
  const app = stack.use(await startTestApp({ ...geminiSettings(simulator.url), ...env }));
  const running = stack.move();
  return {
    url: app.url,
    simulator,
    as: (key) => new Caller(app.url, key),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
