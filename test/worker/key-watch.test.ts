import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { startLoopback } from '../support/loopback.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** A server with this key and this address of Kie, and the lines of its log. */
async function startWith(apiKey: string, baseUrl: string) {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const env = { PROVIDERS: 'kie', KIE_API_KEY: apiKey, KIE_BASE_URL: baseUrl, KIE_UPLOAD_URL: baseUrl };
  const app = await startTestApp(env, log);
  return { app, linesWith: (text: string) => lines.filter((line) => line.includes(text)) };
}

const healthAt = async (app: TestApp) =>
  (await app.query<{ providers: { health: string }[] }>('{ providers { health } }')).providers[0]?.health;

it('a refused key is reported at the start, by health and by one line that names the variable', async () => {
  await using simulator = await startSimulator({ apiKey: 'right', durationMs: 100 });
  const { app, linesWith } = await startWith('wrong', simulator.url);
  await using _ = app;
  await waitFor(
    'the key to be refused',
    () => healthAt(app),
    (health) => health === 'DOWN',
  );
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  const lines = linesWith('KIE_API_KEY');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('Kie.ai refuses the key in KIE_API_KEY');
  expect(lines[0]).not.toContain('wrong');
});

it('a key that is accepted later ends that, and its refusal is logged once', async () => {
  let asked = 0;
  let isKnown = false;
  await using kie = await startLoopback((request, response) => {
    if (request.url === '/api/v1/chat/credit') asked += 1;
    response.end(JSON.stringify(isKnown ? { code: 200, data: 12.5 } : { code: 401, msg: 'no access' }));
  });
  const { app, linesWith } = await startWith('k', kie.url);
  await using _ = app;
  await waitFor('repeated requests', () => asked >= 3);
  expect(await healthAt(app)).toBe('DOWN');
  isKnown = true;
  await waitFor(
    'the key to be accepted',
    () => healthAt(app),
    (health) => health !== 'DOWN',
  );
  expect(linesWith('refuses the key')).toHaveLength(1);
  await waitFor('the line', () => linesWith('accepts the key in KIE_API_KEY').length === 1);
});

it('a start neither waits for that request nor fails by it, and silence says nothing about the key', async () => {
  const held: unknown[] = [];
  await using kie = await startLoopback((_request, response) => void held.push(response));
  const { app, linesWith } = await startWith('k', kie.url);
  await using _ = app;
  await waitFor('the request', () => held.length >= 1);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  expect(await healthAt(app)).toBe('UNKNOWN');
  expect(linesWith('KIE_API_KEY')).toEqual([]);
});
