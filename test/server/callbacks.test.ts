import { createHmac } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';
import { freePort } from '../support/free-port.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { generateAt, queryAt, startTestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const hmacKey = 'a key of the account';

/** A server that polls once a minute and is called back by a simulator of its own. */
async function startCalledBack(simulator: Simulator, env: Record<string, string> = {}, log?: Logger) {
  const port = String(await freePort());
  const settings = {
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PROVIDERS: 'kie',
    KIE_API_KEY: 'k',
    KIE_BASE_URL: simulator.url,
    KIE_POLL_INTERVAL_MS: '60000',
    KIE_CREATES_PER_10S: '0',
    FETCH_ALLOW_HOSTS: new URL(simulator.url).host,
    ...env,
  };
  return startTestApp(settings, log);
}

const statusOf = async (url: string, id: string) =>
  (
    await queryAt<{ videoTask: { stage: string; checks: number; providerTaskId: string | null } }>(
      url,
      'query ($id: ID!) { videoTask(id: $id) { stage checks providerTaskId } }',
      { id },
    )
  ).videoTask;

describe('callbacks of the provider', () => {
  it.each([
    ['unsigned', {}, {}],
    ['signed', { hmacKey }, { KIE_WEBHOOK_HMAC_KEY: hmacKey }],
  ])('that are %s finish tasks long before the next check is due', async (_what, options, env) => {
    await using simulator = await startSimulator({ durationMs: 300, ...options });
    await using app = await startCalledBack(simulator, env);
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) => generateAt(app.url, { prompt: `ring ${index}` })),
    );
    for (const id of ids) {
      await waitFor(
        'the end',
        () => statusOf(app.url, id),
        ({ stage }) => stage === 'COMPLETED',
      );
    }
    const checks = await Promise.all(ids.map(async (id) => (await statusOf(app.url, id)).checks));
    expect(Math.max(...checks)).toBeLessThanOrEqual(2);
  });

  it('resolve a submission of unknown outcome, by an id whose record has our prompt', async () => {
    await using simulator = await startSimulator({ durationMs: 300 });
    await using app = await startCalledBack(simulator);
    const id = await generateAt(app.url, { prompt: 'A ring turns [sim:create-drop]' });
    await waitFor(
      'the unknown outcome',
      () => statusOf(app.url, id),
      ({ stage }) => stage !== 'WAITING',
    );
    await waitFor(
      'the end',
      () => statusOf(app.url, id),
      ({ stage }) => stage === 'COMPLETED',
    );
    expect(simulator.stats.createsAccepted).toBe(1);
  });

  it('that are forged change nothing, whatever they name', async () => {
    await using simulator = await startSimulator({ durationMs: 60_000 });
    await using own = await startTcpProxy(simulator.url);
    await using app = await startCalledBack(simulator, {
      KIE_BASE_URL: own.url,
      FETCH_ALLOW_HOSTS: `${new URL(own.url).host},${new URL(simulator.url).host}`,
    });
    const other = await generateAt(app.url, { prompt: 'Another caller asked for this' });
    const id = await generateAt(app.url, { prompt: 'Ours [sim:callback-none][sim:create-drop]' });
    const { providerTaskId } = await waitFor(
      'the other one',
      () => statusOf(app.url, other),
      (task) => task.providerTaskId !== null,
    );
    await waitFor(
      'the unknown outcome',
      () => statusOf(app.url, id),
      ({ stage }) => stage === 'SUBMISSION_UNKNOWN',
    );
    const callBackUrl = callbackOf(simulator, 'Ours');
    const forged = {
      code: 200,
      msg: 'success',
      data: { taskId: providerTaskId, info: { resultUrls: ['https://attacker.example/v.mp4'] } },
    };
    for (let round = 0; round < 3; round += 1) {
      const response = await fetch(callBackUrl, { method: 'POST', body: JSON.stringify(forged) });
      expect(response.status).toBe(200);
    }
    const unknownId = { data: { taskId: 'f'.repeat(32) } };
    await fetch(callBackUrl, { method: 'POST', body: JSON.stringify(unknownId) });
    // The other task's checks follow the forged ones: by then those are over.
    await waitFor(
      'the suggestion to be dropped',
      () => statusOf(app.url, id),
      ({ checks }) => checks >= 1,
    );
    expect(await statusOf(app.url, id)).toMatchObject({ stage: 'SUBMISSION_UNKNOWN', providerTaskId: null });
  });

  it('with an unknown token are 404, and with a bad signature 401, before anything is believed', async () => {
    await using simulator = await startSimulator({ durationMs: 60_000, hmacKey: 'another key' });
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await using app = await startCalledBack(simulator, { KIE_WEBHOOK_HMAC_KEY: hmacKey }, log);
    await generateAt(app.url, { prompt: 'Ours' });
    const url = await waitFor('the callback address', () => callbackOf(simulator, 'Ours'));
    const sign = (timestamp: number, key = hmacKey) => ({
      'x-webhook-timestamp': String(timestamp),
      'x-webhook-signature': createHmac('sha256', key).update(`t1.${timestamp}`).digest('base64'),
    });
    const now = Math.floor(Date.now() / 1000);
    expect([
      await post(`${url}x`, sign(now)),
      await post(url),
      await post(url, sign(now, 'wrong')),
      await post(url, sign(now - 400)),
      await post(url, sign(now + 100)),
      await post(url, sign(now)),
    ]).toEqual([404, 401, 401, 401, 401, 200]);
    // A clock that differs refuses good ones too: what they named may be what was paid for.
    const refused = lines.filter((line) => line.includes('signature'));
    expect(refused.map((line) => (JSON.parse(line) as { ids: unknown }).ids)).toEqual(
      Array.from({ length: 4 }, () => ['t1']),
    );
    expect(lines.join('')).not.toContain(url.split('/').at(-1));
  });
});

const post = async (to: string, headers: Record<string, string> = {}) =>
  (await fetch(to, { method: 'POST', headers, body: '{"data":{"taskId":"t1"}}' })).status;

/** The callback URL that the simulator received with a prompt. */
function callbackOf(simulator: Simulator, prompt: string): string {
  const tasks = Object.values(simulator.stats.tasks);
  return tasks.find((task) => task.prompt?.startsWith(prompt))?.callBackUrl ?? '';
}
