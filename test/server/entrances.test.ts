import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askForSocket, viewerQuery, type Asked } from '../support/ask.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';

const page = { accept: 'text/html' };
const media = `/media/${'a'.repeat(22)}.mp4`;
const stream: Asked = {
  ...viewerQuery,
  headers: { ...viewerQuery.headers, accept: 'text/event-stream' },
};
const rest: Asked = { method: 'POST', path: '/veo31/generate-from-urls', body: '' };

/** Status and error of an answer, whichever of the two shapes it has. */
async function refusalOf(url: string, asked: Asked): Promise<[number, string]> {
  const { status, text: body } = await ask(url, asked);
  const answer = (body.startsWith('{') ? JSON.parse(body) : {}) as {
    errors?: [{ message: string }];
    error?: string;
  };
  return [status, answer.errors?.[0].message ?? answer.error ?? ''];
}

describe('a server without authentication', () => {
  let server: PushServer;
  beforeAll(async () => {
    server = await startPushServer({ PUBLIC_URL: 'https://reelay.example/base' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const entrances: [string, Record<string, string>][] = [
    ['the host of PUBLIC_URL', { host: 'reelay.example' }],
    ['the host of PUBLIC_URL with a port', { host: 'REELAY.example:443' }],
    ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.7' }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
    ['X-Forwarded-Anything, empty', { 'x-forwarded-anything': '' }],
    ['Forwarded', { forwarded: 'for=203.0.113.7' }],
  ];
  const closed: [string, Asked][] = [
    ['a query', viewerQuery],
    ['a query by GET', { path: '/graphql?query={__typename}' }],
    ['an event stream', stream],
    ['GraphiQL', { headers: page }],
    ['the studio', { path: '/' }],
    ["the studio's files", { path: '/icon.svg' }],
    ["the seed's page", { path: '/veo31' }],
    ["the seed's generation", rest],
    ["the seed's status", { path: '/veo31/status/x' }],
    ['a path of nothing', { path: '/nowhere' }],
    ['a query below the path of PUBLIC_URL', { ...viewerQuery, path: '/base/graphql' }],
  ];
  it.each(entrances)('is closed to requests by %s, naming API_KEYS', async (_what, headers) => {
    for (const [what, asked] of closed) {
      const refusal = await refusalOf(server.url, { ...asked, headers: { ...asked.headers, ...headers } });
      expect([what, ...refusal]).toEqual([what, 401, expect.stringContaining('API_KEYS') as string]);
    }
    expect(await askForSocket(server.url, headers)).toBe('Unexpected server response: 401');
  });

  it.each(entrances)(
    'has callbacks, media and health checks open to requests by %s',
    async (_what, headers) => {
      const open: [Asked, number][] = [
        [{ method: 'POST', path: '/callbacks/kie/unknown', body: '{}' }, 404],
        [{ path: media }, 404],
        [{ path: '/healthz' }, 200],
        [{ path: '/readyz' }, 200],
        [{ path: '/base/healthz' }, 200],
        [{ method: 'POST', path: '/base/callbacks/kie/unknown', body: '{}' }, 404],
        [{ path: `/base${media}` }, 404],
      ];
      for (const [asked, status] of open) {
        expect([asked.path, (await ask(server.url, { ...asked, headers })).status]).toEqual([
          asked.path,
          status,
        ]);
      }
    },
  );

  it('answers foreign names with 403 before anything else, health checks apart', async () => {
    for (const headers of [
      { host: 'rebound.example' },
      { host: 'rebound.example', 'x-forwarded-for': '203.0.113.7' },
      { host: 'reelay.example@rebound.example' },
      { host: '10.0.0.7:8101' },
    ]) {
      for (const [what, asked] of closed) {
        const status = (await ask(server.url, { ...asked, headers: { ...asked.headers, ...headers } }))
          .status;
        expect([what, status]).toEqual([what, 403]);
      }
      expect((await ask(server.url, { path: media, headers })).status).toBe(403);
      expect(await askForSocket(server.url, headers)).toBe('Unexpected server response: 403');
      for (const path of ['/healthz', '/readyz', '/healthz/']) {
        expect((await ask(server.url, { path, headers })).status).toBe(200);
      }
    }
  });

  it.each(['localhost:1', '127.0.0.1', '127.8.9.10:80', '[::1]:3', '[::ffff:127.0.0.1]'])(
    'is open to %s as its Host',
    async (host) => {
      const asked = { ...viewerQuery, headers: { ...viewerQuery.headers, host } };
      expect([(await ask(server.url, asked)).status, await askForSocket(server.url, { host })]).toEqual([
        200,
        'open',
      ]);
    },
  );

  it('answers health checks of HTTP/1.0, which has no Host, and nothing else', async () => {
    const status = async (path: string) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.end(`GET ${path} HTTP/1.0\r\n\r\n`);
      return (await text(socket)).split(' ')[1];
    };
    expect(await Promise.all(['/healthz', '/readyz', '/', '/graphql'].map(status))).toEqual([
      '200',
      '200',
      '403',
      '403',
    ]);
  });

  it('with a loopback PUBLIC_URL is open by its name', async () => {
    await using local = await startPushServer({ PUBLIC_URL: 'http://localhost:9/reelay' });
    const asked = { ...viewerQuery, headers: { ...viewerQuery.headers, host: 'localhost:9' } };
    expect((await ask(local.url, asked)).status).toBe(200);
  });
});

describe('a server with authentication', () => {
  it('takes every Host, and requests that a proxy passed on', async () => {
    await using server = await startPushServer({
      API_KEYS: 'ann:the-long-key-of-ann',
      PUBLIC_URL: 'https://reelay.example',
    });
    const authorization = 'Bearer the-long-key-of-ann';
    for (const headers of [
      { host: 'reelay.example', 'x-forwarded-for': '203.0.113.7' },
      { host: 'other.example' },
    ]) {
      const asked = { ...viewerQuery, headers: { ...viewerQuery.headers, ...headers, authorization } };
      expect((await ask(server.url, asked)).status).toBe(200);
      expect(await askForSocket(server.url, headers)).toBe('open');
    }
  });

  it('with TRUST_PROXY knows its own pages by the scheme and the host that the proxy names', async () => {
    const status = async (env: Record<string, string>, headers: Record<string, string>) => {
      await using server = await startPushServer({ API_KEYS: 'ann:the-long-key-of-ann', ...env });
      return (await ask(server.url, { ...viewerQuery, headers: { ...viewerQuery.headers, ...headers } }))
        .status;
    };
    const passedOn = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'reelay.example' };
    const forwarded = {
      forwarded: 'for="[2001:db8::1]:4711";proto=https;host="reelay.example", for=10.0.0.1',
    };
    // 401 is beyond the guard.
    expect(await status({ TRUST_PROXY: 'true' }, { ...passedOn, origin: 'https://reelay.example' })).toBe(
      401,
    );
    expect(await status({ TRUST_PROXY: 'true' }, { ...forwarded, origin: 'https://reelay.example' })).toBe(
      401,
    );
    expect(await status({ TRUST_PROXY: 'true' }, { ...passedOn, origin: 'http://reelay.example' })).toBe(403);
    expect(await status({}, { ...passedOn, origin: 'https://reelay.example' })).toBe(403);
  });
});

describe('paths', () => {
  let server: PushServer;
  let keyed: PushServer;
  beforeAll(async () => {
    server = await startPushServer({ LIMIT_BODY_BYTES: '2048' });
    keyed = await startPushServer({ API_KEYS: 'ann:the-long-key-of-ann' });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await keyed[Symbol.asyncDispose]();
  });

  it('may end in a slash', async () => {
    expect((await ask(server.url, { ...viewerQuery, path: '/graphql/' })).status).toBe(200);
    expect((await ask(server.url, { path: '/graphql/', headers: page })).text).toContain('GraphiQL');
    expect((await ask(server.url, { path: '/veo31/status/x/' })).status).toBe(200);
    expect((await ask(server.url, { path: '/readyz/' })).status).toBe(200);
  });

  it.each(['/graphql', '/graphql/', '/below/it/graphql', '/below/it/graphql/'])(
    'serve every kind of GraphQL request: %s',
    async (path) => {
      await using below = await startPushServer({ PUBLIC_URL: 'http://localhost/below/it' });
      const headers = { accept: 'application/json' };
      const json = { ...headers, 'content-type': 'application/json' };
      const data = { data: { viewer: { owner: 'local' } } };
      const invalid = { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
      const kinds: [Asked, object][] = [
        [{ headers: json, method: 'POST', body: '{"query":"{ viewer { owner } }"}' }, data],
        [{ headers: json, method: 'POST', body: '{"query":"{ nothing }"}' }, invalid],
        [
          {
            headers: { ...json, 'content-type': 'application/graphql' },
            method: 'POST',
            body: '{ nothing }',
          },
          invalid,
        ],
        [{ headers, path: '?query=%7Bviewer%7Bowner%7D%7D' }, data],
        [{ headers, path: '?query=%7Bnothing%7D' }, invalid],
      ];
      for (const [asked, expected] of kinds) {
        const answer = await ask(below.url, { ...asked, path: path + (asked.path ?? '') });
        expect(JSON.parse(answer.text)).toMatchObject(expected);
      }
    },
  );

  it.each<[string, Asked, number, string | undefined]>([
    ['POST where nothing is', { method: 'POST', path: '/api/graphql', body: '{}' }, 404, undefined],
    ['PUT where nothing is', { method: 'PUT', path: '/nowhere', body: '' }, 404, undefined],
    ['GET where nothing is', { path: '/nowhere' }, 404, undefined],
    ['POST to the studio', { method: 'POST', path: '/', body: '' }, 405, 'GET, HEAD'],
    ['POST to a health check', { method: 'POST', path: '/healthz', body: '' }, 405, 'GET, HEAD'],
    ['PUT to a callback', { method: 'PUT', path: '/callbacks/kie/x', body: '' }, 405, 'POST'],
    ["GET of the seed's generation", { path: '/veo31/generate-from-urls' }, 405, 'POST'],
    ["POST to the seed's status", { method: 'POST', path: '/veo31/status/x', body: '' }, 405, 'GET'],
  ])('%s', async (_what, asked, status, allow) => {
    const answer = await ask(server.url, asked);
    expect([answer.status, answer.headers['allow']]).toEqual([status, allow]);
  });

  it.each<[string, () => PushServer, Asked, number]>([
    ['no credential', () => keyed, { path: '/veo31/status/x' }, 401],
    ['a foreign name', () => server, { path: '/veo31/status/x', headers: { host: 'evil.example' } }, 403],
    ['a proxy in front', () => server, { path: '/veo31/status/x', headers: { forwarded: 'for=a' } }, 401],
    ['a page of another site', () => server, { ...rest, headers: { origin: 'https://evil.example' } }, 403],
    ['an unknown call', () => server, { path: '/veo31/unknown' }, 404],
    ['another method', () => server, { ...rest, method: 'PUT' }, 405],
    [
      'a body that is too large',
      () => server,
      { ...rest, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a'.repeat(3000) },
      413,
    ],
  ])('of REST have REST errors: %s', async (_what, at, asked, status) => {
    const answer = await ask(at().url, asked);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      status,
      { error: expect.any(String) as string },
    ]);
  });

  it('keep their connection for 75 s without a request, longer than load balancers do', async () => {
    expect((await ask(server.url, { path: '/healthz' })).headers['keep-alive']).toBe('timeout=75');
  });

  it('are found with 17 KB of cookies, over HTTP and for a WebSocket', async () => {
    const cookie = `a=${'x'.repeat(17_000)}`;
    expect((await ask(server.url, { path: '/healthz', headers: { cookie } })).status).toBe(200);
    expect(await askForSocket(server.url, { cookie })).toBe('open');
  });
});

describe('the address that is printed and linked to', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['127.0.0.2', '127.0.0.2'],
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
    ['0:0:0:0:0:0:0:1', '[::1]'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
  ])('with HOST=%s is one that works, and passes as Host', async (host, hostname) => {
    const keys = { API_KEYS: 'ann:the-long-key-of-ann' };
    const isOpen = !['0.0.0.0', '::'].includes(host);
    await using server = await startPushServer({ HOST: host, ...(!isOpen && keys) });
    expect(new URL(server.url).hostname).toBe(hostname);
    const asked = { ...viewerQuery, headers: { ...viewerQuery.headers, origin: server.url } };
    expect((await ask(server.url, asked)).status).toBe(isOpen ? 200 : 401);
  });
});
