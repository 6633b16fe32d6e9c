import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { ServerConnections } from '../support/server-connections.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchLoop } from '../support/watch-loop.ts';

const keys = { API_KEYS: 'ann:0123456789abcdef,ben:fedcba9876543210' };
const ann = '0123456789abcdef';
const ben = 'fedcba9876543210';

/** A client that sends raw bytes, and reads nothing until `resume`. */
async function open(server: PushServer, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  // Cut connections are what these tests are about.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return socket;
}

const post = (path: string, key: string, more: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n${more}\r\n${body}`;

/** An answer of 8 MB, which no socket buffer holds. */
const large = JSON.stringify({
  query: `{ ${Array.from({ length: 8 }, (_, at) => `a${at}: videoTasks(first: 100) { edges { node { prompt } } }`).join(' ')} }`,
});
const askForLarge = (key: string) =>
  post('/graphql', key, `content-type: application/json\r\ncontent-length: ${large.length}\r\n`, large);
const fill = (server: PushServer, owner: string) =>
  Promise.all(
    Array.from({ length: 100 }, () => server.create({ owner: owner as Owner, prompt: 'x'.repeat(10_000) })),
  );

describe('what a subscription keeps', () => {
  const text = (at: number) => `subscription { taskStatusChanged { id } } # ${at}${'x'.repeat(900_000)}`;

  it('of its query, comments included, is bounded for an owner', async () => {
    await using server = await startPushServer();
    await server.create();
    await using socket = await RawSocket.connect(server.url);
    const opened: boolean[] = [];
    for (let at = 0; at < 40; at += 1) {
      socket.subscribe(String(at), text(at));
      const { payload } = await socket.next(({ id }) => id === String(at));
      opened.push(!JSON.stringify(payload).includes('LIMIT_EXCEEDED'));
    }
    expect(opened.filter(Boolean).length).toBeLessThan(38);
    expect(opened.at(-1)).toBe(false);
  });

  it('of its id is a few characters', async () => {
    await using server = await startPushServer();
    await using socket = await RawSocket.connect(server.url);
    const id = 'x'.repeat(300);
    socket.subscribe(id, 'subscription { taskStatusChanged { id } }');
    const { payload } = await socket.next(({ type }) => type === 'error');
    expect(payload).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    socket.subscribe('x', '{ viewer { owner } }');
    await socket.next(({ type }) => type === 'next');
  });
});

/** The numbers of connections that a server has cut, by transport and reason. */
async function cutsOf(server: PushServer, key?: string): Promise<Record<string, number>> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  return Object.fromEntries(
    [...text.matchAll(/^reelay_connections_cut_total\{transport="(\w+)",reason="(\w+)"\} (\d+)$/gm)].map(
      ([, transport, reason, count]) => [`${transport} ${reason}`, Number(count)],
    ),
  );
}

const isHealthy = async (server: PushServer) => (await fetch(`${server.url}/healthz`)).status === 200;

describe('a socket that is not read', () => {
  it('before it is acknowledged is closed with 1009 after a few KB', async () => {
    await using server = await startPushServer(keys);
    await using socket = await RawSocket.open(server.url);
    socket.socket.pause();
    for (let sent = 0; sent < 5; sent += 1)
      socket.send({ type: 'ping', payload: { text: 'x'.repeat(5000) } });
    // One message alone must not be collected first either.
    await using other = await RawSocket.open(server.url);
    other.send({ type: 'ping', payload: { text: 'x'.repeat(500_000) } });
    socket.socket.resume();
    expect([(await socket.closed).code, (await other.closed).code]).toEqual([1009, 1009]);
  });

  it.each<[string, (socket: RawSocket, index: number) => void]>([
    [
      'queries',
      (socket, index) =>
        socket.subscribe(
          String(index),
          '{ __schema { types { name description fields { name description } } } }',
        ),
    ],
    ['pings', (socket) => socket.send({ type: 'ping', payload: { text: 'x'.repeat(50_000) } })],
    [
      'queries that are refused',
      (socket, index) => socket.subscribe(String(index), `{ ${`${'x'.repeat(190)} `.repeat(20)} }`),
    ],
  ])('receives few responses to its %s, and is cut', async (_what, ask) => {
    await using server = await startPushServer({ LIMIT_STALLED_MS: '500' });
    using connections = new ServerConnections();
    await using socket = await RawSocket.connect(server.url);
    const port = connections.openAt(server.url)[0]?.remotePort;
    socket.socket.pause();
    const asked = 2000;
    for (let index = 0; index < asked; index += 1) ask(socket, index);
    let most = 0;
    const isOpen = () => connections.openAt(server.url).some(({ remotePort }) => remotePort === port);
    await waitFor(
      'the end',
      async () => {
        most = Math.max(most, connections.unreadAt(server.url));
        // Another client is served all the while.
        expect(await isHealthy(server)).toBe(true);
        return { isOpen: isOpen(), most };
      },
      (seen) => !seen.isOpen,
    );
    // Of 24 MB and more. One iteration of the event loop may read 2 MB of requests, whose answers have up to 6 MB.
    expect(most).toBeLessThan(8_000_000);
    // What it had not read is lost with the connection, the reason too: the operator finds it in the metrics.
    socket.socket.resume();
    await socket.closed;
    expect(await cutsOf(server)).toEqual({ 'ws stalled': 1 });
  });
});

it('a socket that reads is answered every one of many queries at once', async () => {
  await using server = await startPushServer();
  await using socket = await RawSocket.connect(server.url);
  const asked = 500;
  for (let index = 0; index < asked; index += 1) {
    socket.subscribe(String(index), '{ __schema { types { name description fields { name } } } }');
  }
  await waitFor(
    'all answers',
    () => socket.messages.filter(({ type }) => type === 'complete').length,
    (count) => count === asked,
  );
  expect(socket.socket.readyState).toBe(socket.socket.OPEN);
});

it('long messages of many sockets at once are handled in order, and hold up nobody', async () => {
  await using server = await startPushServer();
  const sockets = await Promise.all(Array.from({ length: 12 }, () => RawSocket.connect(server.url)));
  using loop = watchLoop();
  const long = '#'.padEnd(900_000, 'x');
  for (const socket of sockets) {
    for (const id of ['1', '2', '3']) socket.subscribe(id, `{ viewer { owner } } ${long}`);
    socket.subscribe('4', `subscription { taskStatusChanged { id } } ${long}`);
    socket.send({ id: '4', type: 'complete' });
    socket.subscribe('5', '{ viewer { owner } }');
  }
  for (const socket of sockets) {
    for (const id of ['1', '2', '3', '5']) await socket.next((message) => message.id === id);
  }
  expect(server.listeners()).toBe(0);
  // Generous: the senders live in this process too.
  expect(loop.longestMs()).toBeLessThan(2000);
  for (const socket of sockets) await socket[Symbol.asyncDispose]();
});

it('sockets that never say who they are fill no more than their places, and leave them to others', async () => {
  await using server = await startPushServer({ LIMIT_UNKNOWN_SOCKETS: '2' });
  await using first = await RawSocket.open(server.url);
  await using second = await RawSocket.open(server.url);
  await expect(RawSocket.open(server.url)).rejects.toThrow('503');
  expect(second.socket.readyState).toBe(second.socket.OPEN);
  first.send({ type: 'connection_init' });
  await first.next(({ type }) => type === 'connection_ack');
  await using third = await RawSocket.connect(server.url);
  expect(third.socket.readyState).toBe(third.socket.OPEN);
});

it('the sockets that keep the most of their owner are closed with 1013 and the reason', async () => {
  await using server = await startPushServer({ LIMIT_WAITING_BYTES: '4000000' });
  using connections = new ServerConnections();
  const task = await server.generate(await server.create());
  const sockets = await Promise.all(Array.from({ length: 30 }, () => RawSocket.connect(server.url)));
  for (const socket of sockets) {
    socket.subscribe('1', 'subscription { taskStatusChanged { providerStatus } }');
    await socket.next(({ type }) => type === 'next');
    socket.socket.pause();
  }
  const filler = 'x'.repeat(64_000);
  let round = 0;
  await waitFor(
    'the cut',
    async () => {
      for (let burst = 0; burst < 10; burst += 1) await server.touch(task, `${round++} ${filler}`);
      return cutsOf(server);
    },
    (cuts) => (cuts['ws bytes'] ?? 0) > 0,
  );
  for (const { socket } of sockets) socket.resume();
  const ended = await Promise.race(sockets.map(({ closed }) => closed));
  expect(ended).toEqual({ code: 1013, reason: 'Too much waits to be read' });
  const { 'ws bytes': cut = 0, ...others } = await cutsOf(server);
  expect([others, cut < 30]).toEqual([{}, true]);
  expect(connections.unreadAt(server.url)).toBeLessThan(4_000_000);
  for (const socket of sockets) await socket[Symbol.asyncDispose]();
});

describe('an HTTP answer that is not read', () => {
  it('is cut when nothing of it is taken for LIMIT_STALLED_MS', async () => {
    await using server = await startPushServer({ ...keys, LIMIT_STALLED_MS: '300' });
    using connections = new ServerConnections();
    await fill(server, 'key:ann');
    const reader = await open(server, askForLarge(ann));
    const closed = once(reader, 'close');
    await waitFor(
      'the cut',
      () => connections.openAt(server.url).length,
      (count) => count === 0,
    );
    reader.resume();
    await closed;
    expect(reader.bytesRead).toBeLessThan(8_000_000);
    expect(await cutsOf(server, ann)).toEqual({ 'http stalled': 1 });
  });
});

/** A client that asks for 8 MB, and reads nothing until `read` is called, which returns how much came. */
type SlowClient = (server: PushServer) => Promise<() => Promise<number>>;

const overHttp =
  (more: string): SlowClient =>
  async (server) => {
    const socket = await open(
      server,
      post('/graphql', ann, `${more}connection: close\r\ncontent-length: ${large.length}\r\n`, large),
    );
    return async () => (await textOf(socket)).length;
  };
const overWebSocket: SlowClient = async (server) => {
  const socket = await RawSocket.connect(server.url, { authorization: ann });
  const { query } = JSON.parse(large) as { query: string };
  socket.subscribe('1', query);
  socket.socket.pause();
  return async () => {
    socket.socket.resume();
    const { payload } = await socket.next(({ type }) => type === 'next');
    await socket[Symbol.asyncDispose]();
    return JSON.stringify(payload).length;
  };
};

describe('clients that read late, all of one owner', () => {
  it.each<[string, SlowClient]>([
    ['JSON', overHttp('content-type: application/json\r\n')],
    ['JSON by Yoga', overHttp('content-type: application/json; a=b\r\n')],
    ['event streams', overHttp('content-type: application/json\r\naccept: text/event-stream\r\n')],
    ['WebSockets', overWebSocket],
  ])(
    'get their responses when there is room, whole, over %s; other owners are served',
    async (_what, ask) => {
      const limit = 20_000_000;
      await using server = await startPushServer({ ...keys, LIMIT_WAITING_BYTES_PER_OWNER: String(limit) });
      using connections = new ServerConnections();
      await Promise.all([fill(server, 'key:ann'), fill(server, 'key:ben')]);
      const clients = await Promise.all(Array.from({ length: 6 }, () => ask(server)));
      const isServed = async (key: string, body: string) => {
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
          body,
        });
        return (await response.text()).length > body.length / 10 && response.status === 200;
      };
      await waitFor(
        'the first',
        () => connections.unreadAt(server.url),
        (bytes) => bytes > 8_000_000,
      );
      let most = 0;
      // Several looks of the server at its connections.
      for (let round = 0; round < 8; round += 1) {
        expect([await isServed(ben, large), await isServed(ann, '{"query":"{ viewer { owner } }"}')]).toEqual(
          [true, true],
        );
        most = Math.max(most, connections.unreadAt(server.url));
      }
      expect(most).toBeLessThan(limit);
      for (const characters of await Promise.all(clients.map((read) => read()))) {
        expect(characters).toBeGreaterThan(8_000_000);
      }
    },
  );

  it('get a reason instead when there is no room in time', async () => {
    await using server = await startPushServer({
      ...keys,
      LIMIT_WAITING_BYTES_PER_OWNER: '10000000',
      // The first client goes on reading a little now and then, so that it is not cut.
      LIMIT_STALLED_MS: '700',
    });
    using connections = new ServerConnections();
    await fill(server, 'key:ann');
    const slow = await open(server, askForLarge(ann));
    await waitFor(
      'the first',
      () => connections.unreadAt(server.url),
      (bytes) => bytes > 4_000_000,
    );
    const nibble = setInterval(() => void slow.read(), 100);
    try {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ann}` },
        body: large,
      });
      expect(await response.json()).toMatchObject({
        errors: [
          {
            message: expect.stringContaining('not read') as string,
            extensions: { code: 'LIMIT_EXCEEDED' },
          },
        ],
      });
    } finally {
      clearInterval(nibble);
      slow.destroy();
    }
  });
});

it('hundreds of pages at once are all answered, to an owner whose clients read', async () => {
  await using server = await startPushServer(keys);
  await Promise.all(Array.from({ length: 50 }, () => server.create({ owner: 'key:ann' as Owner })));
  const query =
    '{ videoTasks(first: 200) { edges { node { id prompt providerOptions history { stage reason } } } } }';
  const answers = await Promise.all(
    Array.from({ length: 400 }, async () => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ann}` },
        body: JSON.stringify({ query }),
      });
      return (await response.text()).slice(0, 8);
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['{"data":']));
});

describe('bodies of requests of one owner', () => {
  const query = '{"query":"{ viewer { owner } }"}';
  const json = (bytes: number) => query.padEnd(bytes, ' ');
  const graphql = (bytes: number) => `content-type: application/json\r\ncontent-length: ${bytes}\r\n`;
  const form = (bytes: number) =>
    `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${bytes}\r\n`;
  const begin = (server: PushServer, path: string, headers: string, body: string) =>
    open(server, post(path, ann, `connection: close\r\n${headers}`, body));

  it.each([
    ['/graphql', graphql(900_000), json(900_000), /^HTTP\/1.1 200 [^]*key:ann/],
    [
      '/graphql',
      form(900_000),
      'query={viewer{owner}}&x='.padEnd(900_000, 'x'),
      /^HTTP\/1.1 200 [^]*key:ann/,
    ],
    ['/veo31/generate-from-urls', form(900_000), 'x='.padEnd(900_000, 'x'), /^HTTP\/1.1 400 [^]*"error"/],
  ])('are read when there is room, to %s: %#', async (path, headers, body, answer) => {
    await using server = await startPushServer({ ...keys, LIMIT_WAITING_BYTES_PER_OWNER: '2097152' });
    const half = body.slice(0, 800_000);
    const clients = await Promise.all(Array.from({ length: 4 }, () => begin(server, path, headers, half)));
    // Another owner does not wait, nor does a short request; the server looks at its connections meanwhile.
    for (let round = 0; round < 3; round += 1) {
      for (const [key, bytes] of [
        [ben, 500_000],
        [ann, 100],
      ] as const) {
        const socket = await open(
          server,
          post('/graphql', key, `connection: close\r\n${graphql(bytes)}`, json(bytes)),
        );
        expect(await textOf(socket)).toMatch(/^HTTP\/1.1 200 /);
      }
      await sleep(200);
    }
    for (const client of clients) client.write(body.slice(800_000));
    for (const text of await Promise.all(clients.map((client) => textOf(client)))) {
      expect(text).toMatch(answer);
    }
    expect(await cutsOf(server, ann)).toEqual({});
  });

  it('are refused with a reason when there is no room in time', async () => {
    await using server = await startPushServer({
      ...keys,
      LIMIT_WAITING_BYTES_PER_OWNER: '1048576',
      LIMIT_STALLED_MS: '700',
    });
    const first = await begin(server, '/graphql', graphql(900_000), json(500_000));
    const drip = setInterval(() => void first.write(' '), 50);
    try {
      const second = await begin(server, '/graphql', graphql(900_000), json(900_000));
      expect(await textOf(second)).toMatch(/^HTTP\/1.1 429 [^]*connection: close[^]*LIMIT_EXCEEDED/i);
    } finally {
      clearInterval(drip);
      first.destroy();
    }
  });
});

it('responses that wait for another one of their connection count too, and do not wait for ever', async () => {
  await using server = await startPushServer({
    ...keys,
    LIMIT_WAITING_BYTES_PER_OWNER: '20000000',
    LIMIT_STALLED_MS: '500',
  });
  await fill(server, 'key:ann');
  const stream = JSON.stringify({ query: 'subscription { taskStatusChanged { id } }' });
  const first = `accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${stream.length}\r\n`;
  const client = await open(server, post('/graphql', ann, first, stream) + askForLarge(ann).repeat(4));
  // The stream is read, and never ends: what follows it cannot be sent.
  client.resume();
  await once(client, 'close');
  expect(await cutsOf(server, ann)).toEqual({ 'http stalled': 1 });
});

it.each([
  ['headers that are not complete', 'GET / HTTP/1.1\r\nhost: localhost\r\n', 60_000, 1, 20],
  ['the headers of requests', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n', 60_000, 10, 3],
])('%s behind a stream count too', async (_what, begin, bytes, times, streams) => {
  await using server = await startPushServer({ ...keys, LIMIT_WAITING_BYTES_PER_OWNER: '1048576' });
  const stream = JSON.stringify({ query: 'subscription { taskStatusChanged { id } }' });
  const first = `accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${stream.length}\r\n`;
  const behind = `${begin}cookie: ${'x'.repeat(bytes)}`.concat(times > 1 ? '\r\n\r\n' : '').repeat(times);
  const clients = await Promise.all(
    Array.from({ length: streams }, () => open(server, post('/graphql', ann, first, stream) + behind)),
  );
  // The streams are read. One of them ends, and the others are within the limit.
  await Promise.race(clients.map((client) => once(client.resume(), 'close')));
  expect(clients.some((client) => !client.destroyed)).toBe(true);
  expect(Object.keys(await cutsOf(server, ann))).toEqual(['http bytes']);
  for (const client of clients) client.destroy();
});

it('streams behind an upload of the same connection go on', async () => {
  await using server = await startPushServer({ ...keys, LIMIT_WAITING_BYTES_PER_OWNER: '1048576' });
  const form =
    '--B\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' +
    '{"query":"mutation($f:File!){uploadReferenceImage(file:$f){userErrors{code}}}","variables":{"f":null}}\r\n' +
    '--B\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0":["variables.f"]}\r\n' +
    `--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n${'x'.repeat(2_000_000)}\r\n--B--\r\n`;
  const stream = JSON.stringify({ query: 'subscription { taskStatusChanged { id } }' });
  const client = await open(
    server,
    post(
      '/graphql',
      ann,
      `content-type: multipart/form-data; boundary=B\r\ncontent-length: ${form.length}\r\n`,
      form,
    ),
  );
  client.resume();
  let received = '';
  client.on('data', (data: Buffer) => {
    received += data.toString();
  });
  await waitFor(
    'the answer',
    () => received,
    (text) => text.includes('BAD_INPUT'),
  );
  const more = `accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${stream.length}\r\n`;
  client.write(post('/graphql', ann, more, stream));
  const task = await server.create({ owner: 'key:ann' as Owner });
  await waitFor(
    'the event',
    () => received,
    (text) => text.includes('event: next'),
  );
  // Two looks of the server later it is still there.
  await sleep(1100);
  await server.create({ owner: 'key:ann' as Owner });
  await waitFor(
    'another event',
    () => received.split('event: next').length,
    (count) => count >= 3,
  );
  expect([task.owner, client.destroyed]).toEqual(['key:ann', false]);
  client.destroy();
});

it('an owner keeps no more than a number of bytes of uploads', async () => {
  await using server = await startPushServer({ ...keys, LIMIT_UPLOAD_BYTES_PER_OWNER: '131100' });
  const kept = async (key: string) => {
    const { body } = await upload(server.url, png, key);
    return body.data?.uploadReferenceImage.userErrors.map(({ code }) => code);
  };
  expect([await kept(ann), await kept(ann), await kept(ann), await kept(ben)]).toEqual([
    [],
    [],
    ['RATE_LIMITED'],
    [],
  ]);
});

describe('a body that does not arrive', () => {
  const left = async (server: PushServer) =>
    (await readdir(server.mediaDirectory)).filter((name) => name.endsWith('.part'));

  it('is ended with 408, and what came of it is removed', async () => {
    await using server = await startPushServer({ ...keys, LIMIT_SLOW_BODY_MS: '200' });
    const types: [string, string, string][] = [
      ['/graphql', 'application/json', '{'],
      ['/graphql', 'application/x-www-form-urlencoded', 'query='],
      [
        '/graphql',
        'multipart/form-data; boundary=B',
        '--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\nxx',
      ],
      ['/veo31/generate-from-urls', 'application/x-www-form-urlencoded', 'a='],
      ['/veo31/generate-from-urls', 'multipart/form-data; boundary=B', '--B\r\n'],
    ];
    const answers = await Promise.all(
      types.map(async ([path, type, body]) => {
        const socket = await open(
          server,
          post(path, ann, `content-type: ${type}\r\ncontent-length: 5000\r\n`, body),
        );
        return textOf(socket);
      }),
    );
    for (const answer of answers)
      expect(answer).toMatch(/^HTTP\/1.1 408 [^]*connection: close[^]*too slowly/i);
    expect(await left(server)).toEqual([]);
  });

  it('holds a slot of its owner alone, and only until it is ended', async () => {
    await using server = await startPushServer({
      ...keys,
      LIMIT_SLOW_BODY_MS: '1500',
      LIMIT_UPLOADS_AT_ONCE_PER_OWNER: '1',
    });
    const stalled = httpRequest(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'multipart/form-data; boundary=B' },
    });
    // It is ended in the middle of its body.
    stalled.on('error', () => {});
    const ended = once(stalled, 'response') as Promise<[{ statusCode: number }]>;
    stalled.write('--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n');
    stalled.write('x'.repeat(5000));
    await waitFor(
      'the upload',
      () => left(server),
      (names) => names.length === 1,
    );
    const order: string[] = [];
    const uploads = [
      upload(server.url, png, ann).then(({ status }) => order.push(`ann ${status}`)),
      upload(server.url, png, ben).then(({ status }) => order.push(`ben ${status}`)),
    ];
    expect((await ended)[0].statusCode).toBe(408);
    await Promise.all(uploads);
    expect(order).toEqual(['ben 200', 'ann 200']);
  });

  it('any further is ended after LIMIT_STALLED_MS, however much came before', async () => {
    await using server = await startPushServer({
      ...keys,
      LIMIT_STALLED_MS: '500',
      LIMIT_UPLOADS_AT_ONCE_PER_OWNER: '1',
    });
    const body = `--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n${'x'.repeat(3_000_000)}`;
    const type = 'content-type: multipart/form-data; boundary=B\r\ncontent-length: 5000000\r\n';
    const stopped = await open(server, post('/graphql', ann, type, body));
    await waitFor(
      'the upload',
      () => left(server),
      (names) => names.length === 1,
    );
    // At the lowest accepted speed, this much takes six minutes.
    const next = upload(server.url, png, ann);
    expect(await textOf(stopped)).toMatch(/^HTTP\/1.1 408 [^]*connection: close[^]*too slowly/i);
    expect([(await next).status, await left(server)]).toEqual([200, []]);
    expect(await cutsOf(server, ann)).toEqual({ 'http slow': 1 });
  });

  it('because the upload waits for a slot is not slow, whatever came of it', async () => {
    await using server = await startPushServer({
      ...keys,
      LIMIT_SLOW_BODY_MS: '500',
      LIMIT_UPLOADS_AT_ONCE_PER_OWNER: '1',
    });
    const first = httpRequest(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'multipart/form-data; boundary=B' },
    });
    first.on('error', () => {});
    first.write('--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n');
    // So much that it may take some seconds.
    first.write('x'.repeat(80_000));
    await waitFor(
      'the upload',
      () => left(server),
      (names) => names.length === 1,
    );
    // One is received whole before it is read, the other in part.
    const waiting = [30_000, 600_000].map((bytes) => upload(server.url, Buffer.alloc(bytes), ann));
    const early = await Promise.race([sleep(2000), ...waiting]);
    first.destroy();
    expect(early).toBeUndefined();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  });
});
