import { freePort } from './free-port.ts';
import { startTestApp, type TestApp } from './start-app.ts';

/** A server with the account of a provider at a URL of the test, which calls it back on loopback. */
export async function startCalledBackApp(kieUrl: string, env: Record<string, string> = {}): Promise<TestApp> {
  const port = String(await freePort());
  return startTestApp({
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PROVIDERS: 'kie',
    KIE_API_KEY: 'k',
    KIE_BASE_URL: kieUrl,
    KIE_CREATES_PER_10S: '0',
    ...env,
  });
}
