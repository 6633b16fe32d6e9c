import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askForSocket, viewerQuery as query, type Asked } from '../support/ask.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';

const stream: Asked = {
  ...query,
  headers: { ...query.headers, accept: 'text/event-stream' },
  body: '{"query":"subscription { taskStatusChanged { id } }"}',
};

describe('pages of others', () => {
  let server: PushServer;
  let listed: PushServer;
  beforeAll(async () => {
    server = await startPushServer();
    listed = await startPushServer({
      PUBLIC_URL: 'https://reelay.example',
      CORS_ORIGINS: 'https://studio.example,tauri://localhost,chrome-extension://abcdefghijklmnop',
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await listed[Symbol.asyncDispose]();
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['no Origin, as curl and servers send', {}, true],
    ['a loopback origin', { origin: 'http://localhost:3000' }, true],
    ['a loopback origin over IPv6', { origin: 'http://[::1]:3000' }, true],
    ['another origin', { origin: 'https://evil.example' }, false],
    ['an origin that only begins like ours', { origin: 'http://localhost.evil.example' }, false],
    ['the origin null of a sandboxed page', { origin: 'null' }, false],
    ['no Origin, but cross-site', { 'sec-fetch-site': 'cross-site' }, false],
    ['no Origin, and same-origin', { 'sec-fetch-site': 'same-origin' }, true],
    [
      'cross-site with an allowed origin',
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' },
      true,
    ],
    ['the name of another host', { host: 'rebound.example' }, false],
    ['localhost by name', { host: 'localhost:8000' }, true],
  ])('%s: alike on POST, event streams and WebSockets', async (_what, headers, allowed) => {
    const asked = async (what: Asked) =>
      (await ask(server.url, { ...what, headers: { ...what.headers, ...headers } })).status;
    expect([await asked(query), await asked(stream), await askForSocket(server.url, headers)]).toEqual(
      allowed ? [200, 200, 'open'] : [403, 403, 'Unexpected server response: 403'],
    );
  });

  it.each<[string, Record<string, string>, number]>([
    ['the public name', { host: 'reelay.example' }, 401],
    ['a listed origin', { origin: 'https://studio.example' }, 200],
    ["PUBLIC_URL's own origin", { origin: 'https://reelay.example' }, 200],
    ['a listed origin of another scheme', { origin: 'tauri://localhost' }, 200],
    ['a listed browser extension', { origin: 'chrome-extension://abcdefghijklmnop' }, 200],
    ['another app of a listed scheme', { origin: 'tauri://other' }, 403],
    ['another scheme of a listed host', { origin: 'ionic://localhost' }, 403],
    ['the origin null', { origin: 'null' }, 403],
    ['a listed origin with a path', { origin: 'https://studio.example/' }, 403],
    ['a loopback origin that is not listed', { origin: 'http://localhost:3000' }, 403],
    ['a listed host with another scheme', { origin: 'http://studio.example' }, 403],
  ])('%s, with PUBLIC_URL and CORS_ORIGINS set', async (_what, headers, status) => {
    const answer = await ask(listed.url, { ...query, headers: { ...query.headers, ...headers } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      status,
      status === 200 ? headers['origin'] : undefined,
    ]);
    expect(await askForSocket(listed.url, headers)).toBe(
      status === 200 ? 'open' : `Unexpected server response: ${status}`,
    );
  });

  it('receive CORS headers only if their origin is allowed', async () => {
    const asked = (origin: string) =>
      ask(server.url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    expect((await asked('http://localhost:3000')).headers['access-control-allow-origin']).toBe(
      'http://localhost:3000',
    );
    expect((await asked('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    const rest = await ask(server.url, {
      path: '/veo31/status/x',
      headers: { origin: 'http://localhost:3000' },
    });
    expect(rest.headers['access-control-allow-origin']).toBe('http://localhost:3000');
  });

  it.each(['/graphql', '/veo31/generate-from-urls'])(
    'may send the headers that their preflight asks %s for, whatever their names',
    async (path) => {
      const names = 'content-type,apollographql-client-name,baggage,sentry-trace,traceparent,x-request-id';
      const preflight = async (origin: string, asked: string) => {
        const { status, headers } = await ask(server.url, {
          method: 'OPTIONS',
          path,
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': asked,
          },
        });
        return [status, headers['access-control-allow-headers']?.toString().split(', ')];
      };
      expect(await preflight('http://localhost:3000', names)).toEqual([
        204,
        expect.arrayContaining(names.split(',')) as string[],
      ]);
      expect(await preflight('http://localhost:3000', 'x-a, no name, x-b')).toEqual([
        204,
        ['authorization', 'content-type', 'x-a', 'x-b'],
      ]);
      expect(await preflight('https://evil.example', names)).toEqual([204, undefined]);
    },
  );

  it.each<[string, Asked, number]>([
    ['a query by GET', { path: '/graphql?query={__typename}' }, 200],
    [
      'a query by GET as an image',
      { path: '/graphql?query={__typename}', headers: { accept: 'image/*' } },
      406,
    ],
    ["the seed's status", { path: '/veo31/status/x' }, 200],
    ["the seed's live check", { path: '/veo31/kie-status/x' }, 200],
  ])('cannot make the server work by GET: %s', async (_what, asked, status) => {
    const from = async (more: Record<string, string>) =>
      (await ask(server.url, { ...asked, headers: { ...asked.headers, ...more } })).status;
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).toBe(403);
    // Older browsers send no Sec-Fetch-Site.
    for (const origin of ['https://evil.example', 'null']) expect(await from({ origin })).toBe(403);
    expect(await from({ origin: 'http://localhost:3000' })).toBe(status);
    const allowed = { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' };
    expect([await from(allowed), await from({ 'sec-fetch-site': 'same-site' }), await from({})]).toEqual([
      status,
      status,
      status,
    ]);
  });

  it('can link to the pages, and embed no answer of the API', async () => {
    const followed = { 'sec-fetch-site': 'cross-site', accept: 'text/html' };
    for (const path of ['/', '/graphql', '/graphql?query={__typename}', '/tasks/x']) {
      expect([path, (await ask(server.url, { path, headers: followed })).status]).toEqual([path, 200]);
    }
    for (const path of ['/graphql?query={__typename}', '/veo31/status/x', '/healthz']) {
      const { headers } = await ask(server.url, { path });
      expect([path, headers['cross-origin-resource-policy']]).toEqual([path, 'same-origin']);
    }
  });

  it('with INTROSPECTION=false cannot execute a query by a link either', async () => {
    await using closed = await startPushServer({ INTROSPECTION: 'false' });
    const followed = { 'sec-fetch-site': 'cross-site', accept: 'text/html' };
    expect((await ask(closed.url, { path: '/graphql?query={__typename}', headers: followed })).status).toBe(
      403,
    );
  });

  it('cannot spend money by a form: a mutation must be JSON or have a file, and is never a GET', async () => {
    const mutation = 'mutation { generateVideo(input: { prompt: "x" }) { task { id } } }';
    const byForm = await ask(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: `query=${encodeURIComponent(mutation)}`,
    });
    const byLink = await ask(server.url, { path: `/graphql?query=${encodeURIComponent(mutation)}` });
    expect([byForm.status, byLink.status]).toEqual([403, 405]);
  });
});

it('/readyz reports whether the worker runs, and /healthz stays up', async () => {
  let works = true;
  await using server = await startPushServer({}, () => works);
  const status = async (path: string) => (await ask(server.url, { path })).status;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([200, 200]);
  works = false;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200]);
});

describe('authentication', () => {
  let server: PushServer;
  let closed: PushServer;
  beforeAll(async () => {
    server = await startPushServer({ API_KEYS: 'ann:the-long-key-of-ann,bob:the-long-key-of-bob' });
    closed = await startPushServer({ INTROSPECTION: 'false' });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await closed[Symbol.asyncDispose]();
  });

  it.each<[string, Asked, number]>([
    ['the front page', { path: '/' }, 200],
    ["the seed's page", { path: '/veo31' }, 200],
    ["GraphiQL's page", { headers: { accept: 'text/html' } }, 200],
    ['/healthz', { path: '/healthz' }, 200],
    ['/readyz', { path: '/readyz' }, 200],
    ['a video by its key', { path: `/media/${'a'.repeat(22)}.mp4` }, 404],
    ['a callback', { method: 'POST', path: '/callbacks/kie/unknown', body: '{}' }, 404],
    ['a query', query, 401],
    ['a query by GET', { path: '/graphql?query={viewer{owner}}' }, 401],
    ['an event stream', stream, 401],
    ["the seed's status", { path: '/veo31/kie-status/x' }, 401],
    ["the seed's generation", { method: 'POST', path: '/veo31/generate-from-urls', body: '' }, 401],
    [
      'a wrong key',
      { ...query, headers: { ...query.headers, authorization: 'Bearer the-long-key-of-eve' } },
      401,
    ],
    [
      'a right key without the word Bearer',
      { ...query, headers: { ...query.headers, authorization: 'the-long-key-of-ann' } },
      401,
    ],
    ['metrics', { path: '/metrics' }, 401],
    ['a path where nothing is', { path: '/nowhere' }, 401],
    [
      'a path where nothing is, with a right key',
      { path: '/nowhere', headers: { authorization: 'Bearer the-long-key-of-ann' } },
      404,
    ],
    ['another method where nothing is', { method: 'POST', path: '/nowhere', body: '' }, 401],
    [
      'a right key',
      { ...query, headers: { ...query.headers, authorization: 'Bearer the-long-key-of-ann' } },
      200,
    ],
  ])('%s', async (_what, asked, status) => {
    expect((await ask(server.url, asked)).status).toBe(status);
  });

  it('is written in the shape of the path: a GraphQL error, or the error of the REST calls', async () => {
    const graphql = await ask(server.url, query);
    expect(JSON.parse(graphql.text)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const rest = await ask(server.url, { path: '/veo31/status/x' });
    expect(JSON.parse(rest.text)).toEqual({ error: expect.stringContaining('Bearer') as string });
    expect([graphql.headers['www-authenticate'], rest.headers['www-authenticate']]).toEqual([
      'Bearer',
      'Bearer',
    ]);
  });

  it('with INTROSPECTION=false gets no schema and no GraphiQL', async () => {
    const page = await ask(closed.url, { headers: { accept: 'text/html' } });
    expect(page.text).not.toContain('graphiql');
    const schema = await ask(closed.url, { ...query, body: '{"query":"{ __schema { __typename } }"}' });
    expect(JSON.parse(schema.text)).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});
