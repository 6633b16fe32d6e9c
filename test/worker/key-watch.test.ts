import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { Caller } from '../support/kie-app.ts';
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
  expect(await app.query('{ providers { name keyRefused } }')).toMatchObject({
    providers: [{ name: 'KIE', keyRefused: true }, { keyRefused: false }, { keyRefused: false }],
  });
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  const lines = linesWith('KIE_API_KEY');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('Kie.ai refuses the key in KIE_API_KEY');
  expect(lines[0]).not.toContain('wrong');
  const caller = new Caller(app.url);
  const { id } = await caller.make('fox');
  await caller.untilStage(id, 'FAILED');
  // A refusal is an answer, and yet the provider is of no use.
  expect(linesWith('the health of the provider changed')).toEqual([]);
  expect(await healthAt(app)).toBe('DOWN');
});

it('a key that is accepted at the start makes the provider UP before the first task', async () => {
  await using simulator = await startSimulator({ apiKey: 'right', durationMs: 100 });
  const { app, linesWith } = await startWith('right', simulator.url);
  await using _ = app;
  await waitFor(
    'the key to be accepted',
    () => healthAt(app),
    (health) => health === 'UP',
  );
  expect(linesWith('KIE_API_KEY')).toEqual([]);
});

it('a provider that cannot be reached at the start is DOWN before the first task, with one line that says why', async () => {
  let isUp = false;
  await using kie = await startLoopback((request, response) => {
    if (isUp) response.end(JSON.stringify({ code: 200, data: 12.5 }));
    else request.socket.destroy();
  });
  const { app, linesWith } = await startWith('k', kie.url);
  await using _ = app;
  await waitFor(
    'the provider to be down',
    () => healthAt(app),
    (health) => health === 'DOWN',
  );
  expect(linesWith('Kie.ai does not answer')).toHaveLength(1);
  expect(JSON.parse(linesWith('Kie.ai does not answer')[0] ?? '')).toMatchObject({
    level: 40,
    provider: 'KIE',
    reason: expect.any(String) as string,
  });
  isUp = true;
  await waitFor(
    'the provider to be up',
    () => healthAt(app),
    (health) => health === 'UP',
  );
  expect(linesWith('Kie.ai answers')).toHaveLength(1);
});

it('a refused key of the Gemini API is reported at the start too', async () => {
  await using simulator = await startSimulator({ apiKey: 'right', durationMs: 100 });
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const env = { PROVIDERS: 'google', GEMINI_API_KEY: 'wrong', GEMINI_BASE_URL: simulator.url };
  await using app = await startTestApp(env, log);
  await waitFor(
    'the key to be refused',
    async () =>
      (
        await app.query<{ providers: { name: string; health: string }[] }>('{ providers { name health } }')
      ).providers.find(({ name }) => name === 'GOOGLE')?.health,
    (health) => health === 'DOWN',
  );
  expect(lines.filter((line) => line.includes('Google refuses the key in GEMINI_API_KEY'))).toHaveLength(1);
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

it('a key that is revoked while the server runs is reported once; what it refuses fails, unbilled', async () => {
  let isRevoked = false;
  let created = 0;
  let asked = 0;
  await using kie = await startLoopback((request, response) => {
    if (request.method === 'POST') created += 1;
    if (request.url === '/api/v1/chat/credit') asked += 1;
    const data = request.method === 'POST' ? { taskId: 'theirs' } : { state: 'generating' };
    const answer = request.url === '/api/v1/chat/credit' ? 12.5 : data;
    response.end(JSON.stringify(isRevoked ? { code: 401, msg: 'no access' } : { code: 200, data: answer }));
  });
  const { app, linesWith } = await startWith('k', kie.url);
  await using _ = app;
  const caller = new Caller(app.url);
  await waitFor('the test of the key', () => asked >= 1);
  // Checks go on for long enough after it, so that its answer was read.
  const owl = await caller.make('owl');
  await caller.until(owl.id, 'checks', ({ checks }) => checks >= 2);
  isRevoked = true;
  const { id } = await caller.make('fox');
  const { error } = await caller.untilStage(id, 'FAILED');
  expect(error).toMatchObject({ code: 'PROVIDER_UNAUTHORIZED', billed: 'NO', retryable: true });
  await waitFor('the line', () => linesWith('refuses the key in KIE_API_KEY').length === 1);
  expect([await healthAt(app), created]).toEqual(['DOWN', 2]);
  expect((await caller.task(owl.id))?.stage).toBe('GENERATING');
});

it('a task that is refused as unauthorized although the key is accepted fails alone', async () => {
  await using kie = await startLoopback((request, response) => {
    const isCreate = request.method === 'POST';
    response.end(JSON.stringify(isCreate ? { code: 401, msg: 'no access' } : { code: 200, data: 12.5 }));
  });
  const { app } = await startWith('k', kie.url);
  await using _ = app;
  const caller = new Caller(app.url);
  const { id } = await caller.make('fox');
  const { error } = await caller.untilStage(id, 'FAILED');
  expect(error).toMatchObject({ code: 'PROVIDER_UNAUTHORIZED', billed: 'NO' });
  expect(await healthAt(app)).toBe('UP');
});

it('checks that are refused for a revoked key show it in the health, and end no task', async () => {
  let isRevoked = false;
  await using kie = await startLoopback((request, response) => {
    const data = request.method === 'POST' ? { taskId: 'theirs' } : { state: 'generating' };
    const answer = request.url === '/api/v1/chat/credit' ? 12.5 : data;
    response.end(JSON.stringify(isRevoked ? { code: 401, msg: 'no access' } : { code: 200, data: answer }));
  });
  const { app, linesWith } = await startWith('k', kie.url);
  await using _ = app;
  const caller = new Caller(app.url);
  const { id } = await caller.make('fox');
  await caller.untilStage(id, 'GENERATING');
  isRevoked = true;
  await waitFor('the line', () => linesWith('refuses the key in KIE_API_KEY').length === 1);
  expect(await healthAt(app)).toBe('DOWN');
  expect((await caller.task(id))?.stage).toBe('GENERATING');
});
