import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { readdir } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { png } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer({ API_KEYS: 'ann:0123456789abcdef', LIMIT_BODY_BYTES: '20000' });
});
afterAll(() => server[Symbol.asyncDispose]());

const authorization = 'Bearer 0123456789abcdef';
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(query: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization, accept: 'application/json', ...(init.headers as Record<string, string>) };
  const response = await fetch(`${server.url}/graphql${query}`, { ...init, headers });
  return { status: response.status, body: (await response.json()) as unknown };
}
const postAs = (contentType: string, body: string | Uint8Array) =>
  send('', {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: new Uint8Array(Buffer.from(body)),
  });

type Parameters = Readonly<Record<string, unknown>>;
const asText = (parameters: Parameters) =>
  new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  ).toString();
const part = (head: string, value: string | Uint8Array, more = '') =>
  Buffer.concat([
    Buffer.from(`--B\r\nContent-Disposition: form-data; ${head}${more}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
const multipart = (...parts: Uint8Array[]) =>
  postAs('multipart/form-data; boundary=B', Buffer.concat([...parts, Buffer.from('--B--\r\n')]));

/** The same parameters on every lane. */
const lanes: [string, (parameters: Parameters) => Promise<Answer>][] = [
  ['JSON', (parameters) => postAs('application/json', JSON.stringify(parameters))],
  ['JSON by Yoga', (parameters) => postAs('application/json; lane=yoga', JSON.stringify(parameters))],
  ['an address', (parameters) => send(`?${asText(parameters)}`)],
  ['a form', (parameters) => postAs('application/x-www-form-urlencoded', asText(parameters))],
  ['a multipart request', (parameters) => multipart(part('name="operations"', JSON.stringify(parameters)))],
];
const named = 'query V($a: Boolean = true) { viewer @include(if: $a) { owner } }';
const viewer = { status: 200, body: { data: { viewer: { owner: 'key:ann' } } } };

describe.each(lanes)('parameters in %s', (lane, call) => {
  const isText = lane === 'an address' || lane === 'a form';
  it.each(['', null, undefined].filter((empty) => !(isText && empty === null)))(
    'that are %j are absent',
    async (empty) => {
      expect(await call({ query: named, variables: empty, operationName: empty, extensions: empty })).toEqual(
        viewer,
      );
      expect(await call({ query: empty, variables: {} })).toEqual({
        status: 400,
        body: {
          errors: [
            {
              message: 'query is required: send the document of an operation.',
              extensions: { code: 'BAD_INPUT' },
            },
          ],
        },
      });
    },
  );

  it('with the hash of a persisted query alone get what Apollo clients wait for', async () => {
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(named).digest('hex') },
    };
    expect(await call({ operationName: 'V', variables: {}, extensions })).toEqual({
      status: 200,
      body: {
        errors: [
          { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
        ],
      },
    });
    expect(await call({ query: named, extensions })).toEqual(viewer);
  });

  it('of other kinds are refused', async () => {
    for (const parameters of [
      { variables: [] },
      { variables: 1 },
      { extensions: [] },
      { extensions: true },
    ]) {
      expect(await call({ query: named, ...parameters })).toMatchObject({
        status: 400,
        body: { errors: [{ extensions: { code: 'BAD_INPUT' } }] },
      });
    }
  });
});

it('empty parameters on a socket are absent too, and its socket lives', async () => {
  await using socket = await RawSocket.connect(server.url, { authorization });
  for (const [id, empty] of [
    ['a', ''],
    ['b', null],
    ['c', undefined],
  ] as const) {
    const payload = { query: named, variables: empty, operationName: empty, extensions: empty };
    socket.send({ id, type: 'subscribe', payload });
    expect((await socket.next((message) => message.id === id)).payload).toEqual(viewer.body);
  }
});

it.each([
  ['an address', () => send(`?query=${encodeURIComponent('{ viewer { owner } }')}&query=x`)],
  [
    'a form',
    () => postAs('application/x-www-form-urlencoded', 'variables={}&query={viewer{owner}}&variables={"a":1}'),
  ],
  ['a multipart request', () => multipart(part('name="operations"', '{}'), part('name="operations"', '{}'))],
])('a parameter that %s has twice is refused', async (_lane, call) => {
  expect(await call()).toMatchObject({
    status: 400,
    body: { errors: [{ message: expect.stringContaining('twice') as string }] },
  });
});

describe('graphql-multipart-request-spec', () => {
  const operations = part(
    'name="operations"',
    JSON.stringify({
      query:
        'mutation ($file: File!) { uploadReferenceImage(file: $file) { image { width } userErrors { code message } } }',
      variables: { file: null },
    }),
  );
  const map = part('name="map"', '{"0":["variables.file"]}');
  const file = part('name="0"; filename="a.png"', png, '\r\nContent-Type: image/png');
  const kept = {
    status: 200,
    body: { data: { uploadReferenceImage: { image: { width: 2 }, userErrors: [] } } },
  };
  const left = async () => (await readdir(server.mediaDirectory)).filter((name) => name.endsWith('.part'));

  it.each<[string, Uint8Array[]]>([
    ['operations, map, file', [operations, map, file]],
    ['file, map, operations', [file, map, operations]],
    ['map, file, operations', [map, file, operations]],
    ['a file without a name', [operations, map, part('name="0"', png)]],
    ['a file with an empty name', [operations, map, part('name="0"; filename=""', png)]],
    [
      'a file that is larger than a text may be',
      [operations, map, part('name="0"', Buffer.concat([png, Buffer.alloc(50_000)]))],
    ],
    ['a part that the map does not name', [operations, map, file, part('name="spare"', 'x')]],
  ])('is read with %s, and leaves no file', async (_what, parts) => {
    expect(await multipart(...parts)).toEqual(kept);
    await waitFor('no unfinished file', left, (names) => names.length === 0);
  });

  it('names one file for several variables, which are one image', async () => {
    const before = (await readdir(server.mediaDirectory)).length;
    const aliases = Array.from(
      { length: 30 },
      (_, index) => `a${index}: uploadReferenceImage(file: $file) { image { url } }`,
    );
    const { body } = await multipart(
      part(
        'name="operations"',
        JSON.stringify({ query: `mutation ($file: File!) { ${aliases.join(' ')} }` }),
      ),
      map,
      file,
    );
    const { data } = body as { data: Record<string, { image: { url: string } }> };
    const urls = new Set(Object.values(data).map(({ image }) => image.url));
    await waitFor('no unfinished file', left, (names) => names.length === 0);
    expect([urls.size, (await readdir(server.mediaDirectory)).length - before]).toEqual([1, 1]);
  });

  it.each<[string, Uint8Array[], number, string]>([
    ['no operations', [map, file], 400, 'operations'],
    ['a batch', [part('name="operations"', '[]'), map], 400, 'batches'],
    ['a map that is no JSON', [operations, part('name="map"', '{')], 400, 'map'],
    ['a file that is missing', [operations, map], 400, '"0"'],
    ['a path into nothing', [operations, part('name="map"', '{"0":["variables.a.b"]}'), file], 400, 'paths'],
    ['a path outside', [operations, part('name="map"', '{"0":["query"]}'), file], 400, 'paths'],
    [
      'a path into the prototype',
      [operations, part('name="map"', '{"0":["variables.__proto__.x"]}'), file],
      400,
      'paths',
    ],
    [
      'operations that are too long',
      [part('name="operations"', 'x'.repeat(30_000)), map],
      413,
      'at most 20000 bytes',
    ],
    ['too many parts', Array.from({ length: 150 }, (_, index) => part(`name="${index}"`, 'x')), 400, 'parts'],
    [
      'an encoded part',
      [part('name="operations"', 'e30=', '\r\nContent-Transfer-Encoding: base64')],
      400,
      'encoding',
    ],
  ])('refuses %s in words', async (_what, parts, status, words) => {
    expect(await multipart(...parts)).toMatchObject({
      status,
      body: {
        errors: [
          {
            message: expect.stringContaining(words) as string,
            extensions: { code: status === 413 ? 'LIMIT_EXCEEDED' : 'BAD_INPUT' },
          },
        ],
      },
    });
    await waitFor('no unfinished file', left, (names) => names.length === 0);
  });

  it.each([
    ['ends early', 'multipart/form-data; boundary=B', Buffer.concat([operations, file.subarray(0, 90)])],
    ['has no boundary', 'multipart/form-data', Buffer.concat([operations, map, file])],
    ['has another boundary', 'multipart/form-data; boundary=C', Buffer.concat([operations, map, file])],
  ])('refuses a body that %s', async (_what, contentType, body) => {
    expect(await postAs(contentType, body)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_INPUT' } }] },
    });
    await waitFor('no unfinished file', left, (names) => names.length === 0);
  });

  it('is 413 with a length and in chunks alike', async () => {
    const large = Buffer.concat([operations, map, part('name="0"', Buffer.alloc(22 * 1024 * 1024))]);
    const refused = { status: 413, code: 'LIMIT_EXCEEDED' };
    for (const headers of [{ 'content-length': large.length }, { 'transfer-encoding': 'chunked' }]) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const request = httpRequest(`${server.url}/graphql`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'multipart/form-data; boundary=B', ...headers },
      });
      request.on('response', (response) => {
        const read = async () => {
          const { errors } = JSON.parse(await textOf(response)) as {
            errors: { extensions: { code: string } }[];
          };
          resolve({ status: response.statusCode, code: errors[0]?.extensions.code });
        };
        read().catch(reject);
      });
      // The server closes while the rest is on its way.
      request.on('error', () => {});
      request.end(large);
      expect(await promise).toEqual(refused);
    }
    await waitFor('no unfinished file', left, (names) => names.length === 0);
  });
});

describe('a refusal of a body that was not read', () => {
  const ours = `authorization: ${authorization}\r\n`;
  const other = 'origin: https://evil.example\r\n';
  const cases: [path: string, headers: string, status: number][] = [
    ['/graphql', '', 401],
    ['/graphql', other, 403],
    ['/graphql', ours, 413],
    ['/graphql', `${ours}content-type: text/plain\r\n`, 415],
    ['/veo31/generate-from-urls', '', 401],
    ['/veo31/generate-from-urls', ours + other, 403],
    ['/media/x', ours, 405],
  ];

  async function refused([path, headers, status]: (typeof cases)[number]): Promise<string> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const type = headers.includes('content-type') ? '' : 'content-type: application/json\r\n';
    const first = status === 413 ? 30_000 : 10;
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${type}${headers}transfer-encoding: chunked\r\n\r\n` +
        `${first.toString(16)}\r\n${'x'.repeat(first)}\r\n`,
    );
    // The body never ends: the connection does.
    return textOf(socket);
  }

  it('ends the connection', async () => {
    const answers = await Promise.all(cases.map(refused));
    for (const [index, answer] of answers.entries()) {
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${cases[index]?.[2]} [^]*connection: close`, 'i'));
    }
  });
});
