import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends bytes as they are; answers the status line of what comes back. */
async function raw(...lines: string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}

const json = { 'content-type': 'application/json' };
const post = async (body: string, headers: Record<string, string> = json) => {
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
  const answer = await response.text();
  return { status: response.status, body: (answer === '' ? null : JSON.parse(answer)) as Answer | null };
};
interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

describe('a request that asks for no path', () => {
  it.each([
    ['//', 404],
    ['//[', 404],
    ['//graphql', 404],
    ['http://[', 400],
    ['*', 400],
  ])('%s is answered, and the server lives', async (target, status) => {
    expect(await raw(`GET ${target} HTTP/1.1`, 'host: localhost', 'connection: close')).toContain(
      ` ${status} `,
    );
    const upgrade = await raw(
      `GET ${target} HTTP/1.1`,
      'host: localhost',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    );
    expect(upgrade).toContain(` ${status} `);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

it('a client that would rather speak h2c is answered in HTTP/1.1', async () => {
  const answer = await raw(
    'GET /healthz HTTP/1.1',
    'host: localhost',
    'connection: Upgrade, HTTP2-Settings, close',
    'upgrade: h2c',
    'http2-settings: AAMAAABkAAQCAAAAAAIAAAAA',
  );
  expect(answer).toBe('HTTP/1.1 200 OK');
});

describe('brackets within brackets', () => {
  it.each([
    ['a list', `{ node(id: ${'['.repeat(1900)}${']'.repeat(1900)}) { id } }`],
    ['a selection', '{a'.repeat(3000)],
    ['a type', `query ($a: ${'['.repeat(3000)}Int) { a }`],
  ])('in %s end the operation, and neither its socket nor the others on it', async (_what, query) => {
    await using socket = await RawSocket.connect(server.url);
    socket.subscribe('alive', 'subscription { taskStatusChanged { id } }');
    socket.subscribe('deep', query);
    const { payload } = await socket.next(({ id }) => id === 'deep');
    expect(payload).toMatchObject([
      { extensions: { code: expect.stringMatching(/LIMIT_EXCEEDED|GRAPHQL_/) as string } },
    ]);
    const task = await server.create();
    await socket.next(({ id, type }) => id === 'alive' && type === 'next');
    expect([task.stage, socket.socket.readyState]).toEqual(['WAITING', socket.socket.OPEN]);
    expect((await post(JSON.stringify({ query }))).body?.errors?.[0]?.extensions?.['code']).not.toBe(
      'INTERNAL',
    );
  });

  it('in JSON are reported to the caller', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) as unknown;
    const query =
      'mutation ($o: JSON) { generateVideo(input: { prompt: "x", providerOptions: $o }) { task { id } } }';
    // As text: JSON.stringify itself recurses.
    const body = `{"query":${JSON.stringify(query)},"variables":{"o":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}}`;
    expect(deep).toBeTypeOf('object');
    expect((await post(body)).body?.errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
  });
});

describe('what is wrong with a request', () => {
  const form = (parts: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(parts)) data.set(name, value);
    return { method: 'POST', body: data };
  };

  it.each<[string, string, RequestInit, number, string]>([
    ['no JSON', '', { method: 'POST', headers: json, body: '{' }, 400, 'BAD_INPUT'],
    ['a list', '', { method: 'POST', headers: json, body: '[]' }, 400, 'BAD_INPUT'],
    ['null', '', { method: 'POST', headers: json, body: 'null' }, 400, 'BAD_INPUT'],
    [
      'a batch',
      '',
      { method: 'POST', headers: json, body: '[{"query":"{ viewer { owner } }"}]' },
      400,
      'BAD_INPUT',
    ],
    [
      'variables in an address that are no JSON',
      '?query={viewer{owner}}&variables={bad',
      {},
      400,
      'BAD_INPUT',
    ],
    ['a mutation by GET', '?query=mutation{deleteVideoTask(id:"x"){deletedId}}', {}, 405, 'BAD_INPUT'],
    ['another method', '?query={viewer{owner}}', { method: 'PUT', body: '' }, 405, 'BAD_INPUT'],
    ['a form without operations', '', form({}), 400, 'BAD_INPUT'],
    ['a form whose operations are no JSON', '', form({ operations: '{' }), 400, 'BAD_INPUT'],
    [
      'a form whose map is no JSON',
      '',
      form({ operations: '{"query":"{ viewer { owner } }"}', map: '{' }),
      400,
      'BAD_INPUT',
    ],
    [
      'two operations and no name',
      '',
      {
        method: 'POST',
        headers: json,
        body: '{"query":"query A { viewer { owner } } query B { viewer { owner } }"}',
      },
      400,
      'BAD_INPUT',
    ],
  ])('%s: has one of our codes, and nothing of its inside', async (_what, query, init, status, code) => {
    const response = await fetch(`${server.url}/graphql${query}`, {
      ...init,
      headers: { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) },
    });
    const { errors } = (await response.json()) as Answer;
    expect([response.status, errors?.map(({ extensions }) => extensions)]).toEqual([status, [{ code }]]);
  });

  it('is the same on a socket after it was reported over HTTP', async () => {
    await fetch(`${server.url}/graphql?query={nowhere}`);
    await using socket = await RawSocket.connect(server.url);
    socket.subscribe('1', '{nowhere}');
    expect((await socket.next(({ id }) => id === '1')).payload).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(socket.messages.at(-1)?.payload).not.toMatchObject([
      { extensions: { http: expect.anything() as unknown } },
    ]);
  });

  it('is 400 for values that do not fit, where the media type has a status for it', async () => {
    const body = JSON.stringify({
      query: 'query ($id: ID!) { node(id: $id) { id } }',
      variables: { id: null },
    });
    const status = async (accept: string) => (await post(body, { ...json, accept })).status;
    expect([await status('application/graphql-response+json'), await status('application/json')]).toEqual([
      400, 200,
    ]);
  });

  it('is never that parameters of other servers are there too', async () => {
    for (const query of ['{ viewer { owner } }', '{ nowhere }']) {
      const plain = await post(JSON.stringify({ query }));
      expect(await post(JSON.stringify({ query, doc_id: '1' }))).toEqual(plain);
    }
  });

  it('does not turn one task into all of them: variables that cannot be read open no stream', async () => {
    const query = encodeURIComponent('subscription($id: ID){ taskStatusChanged(id: $id) { id } }');
    const response = await fetch(
      `${server.url}/graphql?query=${query}&variables=${encodeURIComponent('{"id":"x"')}`,
      {
        headers: { accept: 'text/event-stream' },
      },
    );
    const answer = await response.text();
    expect([response.status, answer.includes('BAD_INPUT')]).toEqual([400, true]);
  });

  it.each(['application/graphql', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'])(
    'is its size, for %s that does not state it before',
    async (contentType) => {
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(Buffer.alloc(2 * 1024 * 1024, 'x'));
          controller.close();
        },
      });
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
        duplex: 'half',
      } as RequestInit);
      expect([response.status, ((await response.json()) as Answer).errors?.[0]?.extensions]).toEqual([
        413,
        { code: 'LIMIT_EXCEEDED' },
      ]);
    },
  );
});
