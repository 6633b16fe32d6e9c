import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Studio } from '../../src/server/routes/studio.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ PUBLIC_URL: 'https://videos.example/reelay' });
});
afterAll(() => app[Symbol.asyncDispose]());

const get = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
  const { statusCode, headers: answered, body } = await request(`${app.url}${path}`, { method, headers });
  return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
};

/** The address of the script, as the page names it. */
const scriptPath = async () =>
  /src="(\/reelay\/assets\/[^"]+\.js)"/.exec((await get('/')).body.toString())?.[1] ?? '';

describe('the studio over HTTP', () => {
  it.each(['/', '/veo31', '/tasks/task_AAAAAAAAAAAAAAAAAAAAAA'])('serves its page at %s', async (path) => {
    const { status, headers, body } = await get(path);
    expect([
      status,
      headers['content-type'],
      headers['cache-control'],
      headers['x-content-type-options'],
    ]).toEqual([200, 'text/html; charset=utf-8', 'no-cache', 'nosniff']);
    expect(body.toString()).toContain('<div id="root">');
    expect(body.toString()).not.toContain('data-access');
  });

  it('lets the page load nothing foreign but pictures, and videos from where they are', async () => {
    const policy = (await get('/')).headers['content-security-policy'];
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: https: https://videos.example; " +
        "media-src 'self' blob: https://videos.example; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    );
  });

  it('serves its files compressed as the browser takes them, for ever', async () => {
    const path = await scriptPath();
    const [br, gz, plain] = await Promise.all([
      get(path, { 'accept-encoding': 'gzip, deflate, br' }),
      get(path, { 'accept-encoding': 'gzip, br;q=0' }),
      get(path),
    ]);
    expect([br, gz, plain].map(({ headers }) => headers['content-encoding'])).toEqual([
      'br',
      'gzip',
      undefined,
    ]);
    expect(br.body.byteLength).toBeLessThan(gz.body.byteLength);
    expect(gz.body.byteLength).toBeLessThan(plain.body.byteLength / 2);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['vary']).toBe('accept-encoding');
    const head = await get(path, {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.byteLength]).toEqual([
      200,
      String(plain.body.byteLength),
      0,
    ]);
    const again = await get(path, { 'if-none-match': String(plain.headers['etag']) });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  });

  it.each(['/assets/none.js', '/assets/../index.html.br', '/assets/%2e%2e/.sources', '/tasks/a/b'])(
    'has nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('marks the page when callers need a key, and stays open itself', async () => {
    await using closed = await startTestApp({ API_KEYS: 'ann:right-key-of-ann' });
    const page = await fetch(closed.url);
    expect([page.status, (await page.text()).includes('data-access="key"')]).toEqual([200, true]);
  });

  it('says how to build it where it is not built', async () => {
    const studio = new Studio({
      directory: join(await mkdtemp(join(tmpdir(), 'reelay-test-')), 'none'),
      basePath: '',
      asksForKey: false,
      mediaOrigin: () => 'http://127.0.0.1',
    });
    const server = createServer((incoming, response) => {
      const exchange = { rest: '', query: new URLSearchParams(), headers: {}, errors: 'graphql' } as const;
      void studio.respondPage({ request: incoming, response, ...exchange });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const page = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect([page.status, (await page.text()).includes('node client/build.ts')]).toEqual([200, true]);
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
});
