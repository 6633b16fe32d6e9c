import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawSocket } from '../support/raw-socket.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** "Ко" in windows-1251: two bytes that are nothing in UTF-8. */
const bad = '\xca\xee';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const mutation = (prompt: string) => `mutation{generateVideo(input:{prompt:"${prompt}"}){task{id}}}`;
const json = (prompt: string) =>
  JSON.stringify({
    query: 'mutation($p:String!){generateVideo(input:{prompt:$p}){task{id} userErrors{code field}}}',
    variables: { p: '@' },
  }).replace('@', prompt);
const parts = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--B--\r\n`;

const count = async () =>
  (await app.query<{ videoTasks: { totalCount: number } }>('{ videoTasks { totalCount } }')).videoTasks
    .totalCount;

async function post(path: string, contentType: string, body: Uint8Array): Promise<unknown> {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

const form = '/veo31/generate-from-urls';
const image = 'https://a.example/1.jpg';

describe('bytes that are not UTF-8', () => {
  it.each<[string, string, string, string]>([
    ['JSON', '/graphql', 'application/json', json(bad)],
    ['JSON of another charset', '/graphql', 'application/json; charset=windows-1251', json(bad)],
    ['application/graphql+json', '/graphql', 'application/graphql+json', json(bad)],
    ['GraphQL text', '/graphql', 'application/graphql', mutation(bad)],
    [
      'a url-encoded operation',
      '/graphql',
      'application/x-www-form-urlencoded',
      `query=${encodeURIComponent(mutation('@')).replace('%40', '%CA%EE')}`,
    ],
    [
      'url-encoded variables',
      '/graphql',
      'application/x-www-form-urlencoded',
      `query=${encodeURIComponent('mutation($p:String!){generateVideo(input:{prompt:$p}){task{id}}}')}&variables={"p":"${bad}"}`,
    ],
    [
      'operations of a multipart request',
      '/graphql',
      'multipart/form-data; boundary=B',
      parts({ operations: json(bad), map: '{}' }),
    ],
    [
      'the map of a multipart request',
      '/graphql',
      'multipart/form-data; boundary=B',
      parts({ operations: json('x'), map: `{"${bad}":[]}` }),
    ],
    [
      "the seed's form",
      form,
      'application/x-www-form-urlencoded',
      `reference_image_urls=${image}&additional_prompt=${bad}`,
    ],
    [
      "the seed's form, percent-encoded",
      form,
      'application/x-www-form-urlencoded',
      `reference_image_urls=${image}&additional_prompt=%CA%EE`,
    ],
    [
      "the seed's form, multipart",
      form,
      'multipart/form-data; boundary=B',
      parts({ reference_image_urls: image, additional_prompt: bad }),
    ],
  ])('in %s are refused, and nothing is made of them', async (_what, path, contentType, body) => {
    const before = await count();
    const message = expect.stringContaining('UTF-8') as string;
    expect(await post(path, contentType, bytes(body))).toEqual({
      status: 400,
      body: path === form ? { error: message } : { errors: [{ message, extensions: { code: 'BAD_INPUT' } }] },
    });
    expect(await count()).toBe(before);
  });

  it('in an address are refused, percent-encoded or as they are', async () => {
    const get = async (query: string) => {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      socket.end(bytes(`GET /graphql?${query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`));
      return textOf(socket);
    };
    expect(await get('query={videoTask(id:"%CA%EE"){id}}')).toMatch(/^HTTP\/1.1 400 [^]*BAD_INPUT/);
    // Node itself refuses these.
    expect(await get(`query={videoTask(id:"${bad}"){id}}`)).toMatch(/^HTTP\/1.1 400 /);
  });

  it('in the path of a task are refused, and UTF-8 is read as it is', async () => {
    const status = async (segment: string) => {
      const response = await fetch(`${app.url}/veo31/status/${segment}`);
      return [response.status, ((await response.json()) as { task_id?: string }).task_id];
    };
    expect([await status('%CA%EE'), await status('%D0%9A%D0%BE'), await status('100%')]).toEqual([
      [400, undefined],
      [200, 'Ко'],
      [200, '100%'],
    ]);
  });

  it.each([true, false])('in a message of a socket close it with 1007 (binary: %s)', async (binary) => {
    const before = await count();
    await using socket = await RawSocket.connect(app.url);
    const message = `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(mutation('@')).replace('@', bad)}}}`;
    socket.socket.send(bytes(message), { binary });
    expect((await socket.closed).code).toBe(1007);
    expect(await count()).toBe(before);
  });

  it('make no two idempotency keys one', async () => {
    const withKey = (key: string) =>
      bytes(
        `{"query":"mutation{generateVideo(input:{prompt:\\"x\\",idempotencyKey:\\"${key}\\"}){task{id}}}"}`,
      );
    const answers = [
      await post('/graphql', 'application/json', withKey('\xcc')),
      await post('/graphql', 'application/json', withKey('\xcd')),
    ];
    expect(answers).toMatchObject([{ status: 400 }, { status: 400 }]);
  });
});

describe('text that is UTF-8', () => {
  it.each(['application/json', 'application/json;charset="UTF-8"', 'application/json; charset=us-ascii'])(
    'is taken as %s, also after a byte order mark',
    async (contentType) => {
      const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"query":"{__typename}"}')]);
      expect(await post('/graphql', contentType, body)).toEqual({
        status: 200,
        body: { data: { __typename: 'Query' } },
      });
    },
  );

  it('is taken in binary messages', async () => {
    await using socket = await RawSocket.connect(app.url);
    socket.socket.send(
      Buffer.from('{"id":"1","type":"subscribe","payload":{"query":"{ viewer { owner } }"}}'),
      { binary: true },
    );
    expect((await socket.next(({ id }) => id === '1')).payload).toEqual({
      data: { viewer: { owner: 'local' } },
    });
  });

  it.each([
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=windows-1251', 415],
    ['text/plain', 415],
    ['', 415],
  ])('called %s is refused with an error to read', async (contentType, status) => {
    expect(await post('/graphql', contentType, Buffer.from('{"query":"{__typename}"}'))).toMatchObject({
      status,
      body: { errors: [{ extensions: { code: 'BAD_INPUT' } }] },
    });
  });

  it('is refused where it is compressed', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; a=b', 'content-encoding': 'gzip' },
      body: 'x',
    });
    expect(response.status).toBe(415);
  });
});

describe('half a character', () => {
  const half = String.raw`\ud800`;
  it.each<[string, string, unknown]>([
    [
      'a prompt',
      json(half),
      { data: { generateVideo: { task: null, userErrors: [{ code: 'BAD_INPUT' }] } } },
    ],
    ...[
      ['an image address', `{"prompt":"x","referenceImages":[{"url":"https://a.example/${half}.jpg"}]}`],
      ['a value of providerOptions', `{"prompt":"x","providerOptions":{"a":["${half}"]}}`],
      ['a name of providerOptions', `{"prompt":"x","providerOptions":{"${half}":1}}`],
    ].map(
      ([what = '', input = '']) =>
        [
          what,
          `{"query":"mutation($i:GenerateVideoInput!){generateVideo(input:$i){task{id}}}","variables":{"i":${input}}}`,
          { errors: [{ extensions: { code: 'BAD_INPUT' } }] },
        ] as [string, string, unknown],
    ),
  ])('in %s is refused', async (_what, body, expected) => {
    const before = await count();
    expect(await post('/graphql', 'application/json', Buffer.from(body))).toMatchObject({
      body: expected as object,
    });
    expect(await count()).toBe(before);
  });
});
