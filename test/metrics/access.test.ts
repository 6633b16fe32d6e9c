import { request } from 'undici';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { findSettingsWithoutEffect } from '../../src/config/without-effect.ts';
import { ask, viewerQuery, type Asked } from '../support/ask.ts';
import { startPushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { scrape } from '../support/scrape.ts';

const env = { API_KEYS: 'ann:the-long-key-of-ann', METRICS_KEY: 'the-long-key-of-metrics' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const metrics = (headers: Record<string, string> = {}): Asked => ({ path: '/metrics', headers });
const unauthenticated = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

it('METRICS_KEY opens /metrics, as any credential of the API does; nothing else does', async () => {
  await using server = await startPushServer(env);
  const answers: [Record<string, string>, number][] = [
    [bearer(env.METRICS_KEY), 200],
    [bearer('the-long-key-of-ann'), 200],
    [{}, 401],
    [bearer('the-long-key-of-eve'), 401],
    [bearer(`${env.METRICS_KEY}x`), 401],
    [{ authorization: env.METRICS_KEY }, 401],
  ];
  for (const [headers, status] of answers) {
    const { text, ...answer } = await ask(server.url, metrics(headers));
    expect([headers, answer.status, answer.headers['content-type'], text]).toEqual([
      headers,
      status,
      status === 401 ? 'application/json' : 'text/plain; version=0.0.4; charset=utf-8',
      expect.stringContaining(status === 401 ? '"code":"UNAUTHENTICATED"' : 'reelay_sockets 0') as string,
    ]);
  }
  const head = await request(`${server.url}/metrics`, {
    method: 'HEAD',
    headers: bearer(env.METRICS_KEY),
  });
  expect([head.statusCode, Number(head.headers['content-length']) > 1000, await head.body.text()]).toEqual([
    200,
    true,
    '',
  ]);
  expect((await ask(server.url, { ...metrics(bearer(env.METRICS_KEY)), method: 'POST' })).status).toBe(405);
});

it('without METRICS_KEY its absence is no key', async () => {
  await using server = await startPushServer({ API_KEYS: env.API_KEYS });
  for (const headers of [{}, bearer(''), bearer('null'), bearer('undefined')]) {
    expect((await ask(server.url, metrics(headers))).status).toBe(401);
  }
});

it('METRICS_KEY opens nothing else, on any lane', async () => {
  await using server = await startPushServer(env);
  const key = bearer(env.METRICS_KEY);
  const form =
    '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{__typename}"}\r\n--b--';
  const lanes: [string, Asked][] = [
    ['POST', viewerQuery],
    ['GET', { path: '/graphql?query={viewer{owner}}' }],
    ['an event stream', { ...viewerQuery, headers: { ...viewerQuery.headers, accept: 'text/event-stream' } }],
    [
      'multipart',
      { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: form },
    ],
    ["the seed's generation", { method: 'POST', path: '/veo31/generate-from-urls', body: '' }],
    ["the seed's status", { path: '/veo31/status/x' }],
    ['nothing', { path: '/nowhere' }],
    ['a path below', { path: '/metrics/x' }],
  ];
  for (const [lane, asked] of lanes) {
    const { status } = await ask(server.url, { ...asked, headers: { ...asked.headers, ...key } });
    expect([lane, status]).toEqual([lane, 401]);
  }
  await using raw = await RawSocket.open(server.url);
  raw.send({ type: 'connection_init', payload: key });
  expect((await raw.closed).code).toBe(4401);
});

it('is open beside tokens too, and asks no one about METRICS_KEY', async () => {
  await using server = await startPushServer({
    // Nothing listens there: a credential that must be checked with published keys is answered with 503.
    JWT_JWKS_URL: 'http://127.0.0.1:9/keys',
    METRICS_KEY: env.METRICS_KEY,
  });
  expect((await ask(server.url, metrics(bearer(env.METRICS_KEY)))).status).toBe(200);
  expect((await ask(server.url, metrics())).status).toBe(401);
});

it('without authentication answers this machine alone', async () => {
  await using server = await startPushServer({ PUBLIC_URL: 'https://reelay.example' });
  const closed = { errors: [{ message: expect.stringContaining('API_KEYS') as string }] };
  expect((await ask(server.url, metrics())).status).toBe(200);
  for (const headers of [{ host: 'reelay.example' }, { 'x-forwarded-for': '203.0.113.7' }]) {
    const { status, text } = await ask(server.url, metrics(headers));
    expect([status, JSON.parse(text)]).toMatchObject([401, { ...unauthenticated, ...closed }]);
  }
  expect((await ask(server.url, metrics({ host: 'evil.example' }))).status).toBe(403);
});

it('a scrape answers while others do, and is counted', async () => {
  await using server = await startPushServer();
  await Promise.all(Array.from({ length: 20 }, () => scrape(server.url)));
  const after = await scrape(server.url);
  expect(after.value('reelay_http_request_seconds_count', { route: '/metrics', status: '200' })).toBe(20);
});

it('METRICS_KEY must be long, plain and no key of the API; alone it has no effect', () => {
  expect(() => readConfig({ METRICS_KEY: 'short' })).toThrow(/^METRICS_KEY must have at least 16/);
  expect(() => readConfig({ METRICS_KEY: 'sixteen characters' })).toThrow(/^METRICS_KEY must have/);
  const refusal = (() => {
    try {
      return readConfig({ API_KEYS: env.API_KEYS, METRICS_KEY: 'the-long-key-of-ann' });
    } catch (error) {
      return String(error);
    }
  })();
  expect(refusal).toMatch(/METRICS_KEY must differ from the keys of API_KEYS/);
  expect(refusal).not.toContain('the-long-key-of-ann');
  const alone = { METRICS_KEY: env.METRICS_KEY };
  expect(findSettingsWithoutEffect(alone, readConfig(alone))).toEqual([
    { variable: 'METRICS_KEY', reason: expect.stringContaining('open to this machine') as string },
  ]);
  expect(findSettingsWithoutEffect(env, readConfig(env))).toEqual([]);
});
