import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { ask, askForSocket, viewerQuery } from '../support/ask.ts';
import { Caller, taken } from '../support/kie-app.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const key = 'Kkey-0123456789abcdef';
const poor = 'poor-0123456789abcdef';
const wrong = 'wrong-0123456789abcdef';
const jwtSecret = 'a secret of more than thirty-two bytes';
type Line = Readonly<Record<string, unknown>>;

let written = '';
let app: TestApp;
beforeAll(async () => {
  const log = createLog(
    { level: 'info', pretty: false },
    { write: (line: string) => void (written += line) },
  );
  const env = {
    API_KEYS: `studio:${key},poor:${poor}`,
    JWT_SECRET: jwtSecret,
    BUDGET_PER_MONTH: 'key:poor=0.01',
    TRUST_PROXY: 'true',
    LIMIT_OPEN_TASKS_PER_OWNER: '4',
  };
  app = await startTestApp(env, log);
});
afterAll(() => app[Symbol.asyncDispose]());

const lines = (message: string): Line[] =>
  written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => msg === message);
const line = (message: string, isWanted: (line: Line) => boolean): Promise<Line | undefined> =>
  waitFor(message, () => lines(message).find(isWanted));
/** A client with an address of its own. */
const from = (address: string, more: Record<string, string> = {}) => ({
  'x-forwarded-for': address,
  ...more,
});

describe('the log', () => {
  it('names a task by the id of the API, its label and its owner, in every line about it', async () => {
    const caller = new Caller(app.url, key);
    const { id } = await caller.make('fox', { label: 'SKU-7' });
    await caller.untilStage(id, 'COMPLETED');
    const about = written.split('\n').filter((text) => text.includes(id.slice('task_'.length)));
    expect(about.length).toBeGreaterThanOrEqual(4);
    for (const text of about) {
      expect(JSON.parse(text)).toMatchObject({ task: id, label: 'SKU-7', owner: 'key:studio' });
    }
  });

  it('has one line for a video that cannot be fetched, and for an answer that cannot be read', async () => {
    const caller = new Caller(app.url, key);
    const lost = await caller.make('fox [sim:file-expired]', { label: 'lost' });
    const odd = await caller.make('fox [sim:odd-state]', { label: 'odd' });
    await caller.until(lost.id, 'a second download', ({ checks }) => checks >= 2);
    await caller.until(odd.id, 'a second odd answer', ({ checks }) => checks >= 2);
    const downloads = lines('a finished video could not be copied; trying again');
    expect(downloads).toMatchObject([
      {
        task: lost.id,
        label: 'lost',
        owner: 'key:studio',
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
        reason: expect.stringContaining('404') as string,
      },
    ]);
    const answers = lines('an answer of the provider about a task cannot be used; asking again');
    expect(answers).toMatchObject([
      { task: odd.id, label: 'odd', owner: 'key:studio', provider: 'SIMULATOR' },
    ]);
    for (const { id } of [lost, odd]) taken(await caller.byId('cancelVideoTask', id));
  });

  it('has one line for calls over a budget or a limit, however many there are', async () => {
    const caller = new Caller(app.url, poor);
    for (let call = 0; call < 5; call += 1) await caller.generate({ prompt: 'fox' });
    expect(lines('a call was refused: over budget')).toMatchObject([
      { owner: 'key:poor', code: 'BUDGET_EXCEEDED', reason: expect.stringContaining('USD') as string },
    ]);
    const track = async (name: string) =>
      (await caller.track(name, { provider: 'SIMULATOR' })).userErrors.map(({ code }) => code);
    for (let call = 0; call < 4; call += 1) expect(await track(`theirs-${call}`)).toEqual([]);
    for (let call = 0; call < 3; call += 1) expect(await track('more')).toEqual(['RATE_LIMITED']);
    expect(lines('a call was refused: over a limit')).toMatchObject([
      { owner: 'key:poor', code: 'RATE_LIMITED' },
    ]);
  });

  it('has one line for each address that is refused, without the credential and the query', async () => {
    const asked = { ...viewerQuery, path: '/graphql?token=tell-nobody' };
    const refused = async (address: string, more: Record<string, string>) => {
      const headers = { ...asked.headers, ...from(address, more) };
      for (let call = 0; call < 20; call += 1) await ask(app.url, { ...asked, headers });
    };
    await refused('203.0.113.1', { authorization: `Bearer ${wrong}` });
    await refused('203.0.113.2', {});
    await refused('203.0.113.3', { authorization: `Bearer ${key}`, origin: 'https://evil.example' });
    await askForSocket(app.url, from('203.0.113.4', { origin: 'https://evil.example' }));
    const path = '/graphql';
    expect(lines('a caller was refused')).toMatchObject([
      { client: '203.0.113.1', path, status: 401, reason: expect.stringContaining('key') as string },
      { client: '203.0.113.2', path, status: 401 },
      { client: '203.0.113.3', path, status: 403, reason: expect.stringContaining('CORS_ORIGINS') as string },
      { client: '203.0.113.4', path, status: 403 },
    ]);
  });

  it('has a line for each reason that a socket is refused for, and for one whose token expires', async () => {
    const closed = async (address: string, first: unknown) => {
      await using socket = await RawSocket.open(app.url, { headers: from(address) });
      socket.send(first);
      return (await socket.closed).code;
    };
    const init = (authorization?: string) => ({ type: 'connection_init', payload: { authorization } });
    expect(await closed('203.0.113.5', init(wrong))).toBe(4401);
    expect(await closed('203.0.113.5', init())).toBe(4401);
    const early = {
      id: '1',
      type: 'subscribe',
      payload: { query: 'subscription { taskStatusChanged { id } }' },
    };
    expect(await closed('203.0.113.6', early)).toBe(4401);
    // Valid for about a second more, by the leeway of 60 s.
    const exp = Math.floor(Date.now() / 1000) - 58;
    expect(await closed('203.0.113.7', init(tokenOf({ sub: 'ann', exp })))).toBe(4403);
    const found = await line('a caller on a WebSocket was refused', ({ code }) => code === 4403);
    expect(found).toMatchObject({ owner: 'jwt:ann', reason: 'Expired' });
    expect(lines('a caller on a WebSocket was refused')).toMatchObject([
      { client: '203.0.113.5', code: 4401, reason: expect.stringContaining('neither a key') as string },
      { client: '203.0.113.5', code: 4401, reason: expect.stringContaining('Send') as string },
      { client: '203.0.113.6', code: 4401 },
      { owner: 'jwt:ann', code: 4403 },
    ]);
  });

  it('has no key, token or query string in any of these lines', () => {
    const secrets = [key, poor, wrong, jwtSecret, 'eyJ', 'tell-nobody', 'callbackToken'];
    expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
    expect(written).not.toMatch(/https?:[^\s"]*\?/);
  });
});

function tokenOf(claims: { readonly sub: string; readonly exp: number }): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`;
}
