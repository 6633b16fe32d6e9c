import { setImmediate } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';

const all = 'subscription { taskStatusChanged { id } }';

describe('graphql-transport-ws', () => {
  let server: PushServer;
  beforeAll(async () => {
    server = await startPushServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('refuses a socket with another subprotocol, 4406', async () => {
    await using raw = await RawSocket.open(server.url, { protocol: 'graphql-ws' }).catch(() => null);
    // ws itself ends the handshake when no subprotocol is left to choose.
    expect(raw === null ? 'refused' : (await raw.closed).code).toSatisfy(
      (seen) => seen === 'refused' || seen === 4406,
    );
  });

  it('closes with 4406 when no subprotocol is asked for', async () => {
    await using raw = await RawSocket.open(server.url, { protocol: [] });
    expect((await raw.closed).code).toBe(4406);
  });

  // The protocol leaves no choice: "Receiving a message of a type or format which is not specified in this document will
  // result in an immediate socket closure with the event `4400: <error-message>`". Other operations end with the socket.
  it.each<[string, unknown, RegExp]>([
    ['text that is no JSON', 'nonsense', /must be JSON/],
    ['an unknown type', { type: 'shout' }, /type.*shout/],
    ['what only a server says', { type: 'connection_ack' }, /connection_ack/],
    ['what only a server says of an operation', { id: '1', type: 'next', payload: {} }, /next/],
    ['a subscribe without an id', { type: 'subscribe', payload: { query: all } }, /'id'/],
    ['a subscribe without a query', { id: '2', type: 'subscribe', payload: {} }, /'query'.*undefined/],
    ['a query that is null', { id: '2', type: 'subscribe', payload: { query: null } }, /'query'.*null/],
    ['a query that is no string', { id: '2', type: 'subscribe', payload: { query: 7 } }, /'query'.*number/],
    [
      'variables that are a list',
      { id: '2', type: 'subscribe', payload: { query: all, variables: [1] } },
      /'variables'.*array/,
    ],
    [
      'an error of 20,000 levels',
      `{"id":"2","type":"error","payload":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      /./,
    ],
  ])('closes with 4400 and the reason after %s', async (_what, message, reason) => {
    await using raw = await RawSocket.connect(server.url);
    raw.subscribe('1', all);
    raw.send(message);
    expect(await raw.closed).toEqual({ code: 4400, reason: expect.stringMatching(reason) as string });
  });

  it('answers the hash of a persisted query alone with the error that clients wait for', async () => {
    await using raw = await RawSocket.connect(server.url);
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'aa' } };
    for (const [id, more] of [
      ['1', {}],
      ['2', { query: null }],
      ['3', { query: '', variables: '' }],
    ] as const) {
      raw.send({ id, type: 'subscribe', payload: { ...more, extensions } });
      expect(await raw.next((message) => message.id === id)).toEqual({
        id,
        type: 'error',
        payload: [
          { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
        ],
      });
    }
    // What the client sends next.
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ viewer { owner } }', extensions } });
    expect(await raw.next(({ type }) => type === 'next')).toMatchObject({ id: '1' });
  });

  it('closes with 4401 when an operation comes before the acknowledgement', async () => {
    await using raw = await RawSocket.open(server.url);
    raw.subscribe('1', all);
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  it('closes with 4408 when no connection_init comes', async () => {
    await using raw = await RawSocket.open(server.url);
    expect((await raw.closed).code).toBe(4408);
  });

  it('closes with 4409 when an id is in use', async () => {
    const task = await server.create();
    await using raw = await RawSocket.connect(server.url);
    const query = `subscription { taskStatusChanged(id: "${toGlobalId(task.id)}") { id } }`;
    raw.subscribe('same', query);
    await raw.next(({ type }) => type === 'next');
    raw.subscribe('same', query);
    expect((await raw.closed).code).toBe(4409);
  });

  it('closes with 4429 after a second connection_init', async () => {
    await using raw = await RawSocket.connect(server.url);
    raw.send({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4429);
  });

  it('closes with 1009 after a message over the limit', async () => {
    await using small = await startPushServer({ LIMIT_MESSAGE_BYTES: '2048' });
    await using raw = await RawSocket.connect(small.url);
    raw.subscribe('1', `${all} # ${'x'.repeat(3000)}`);
    expect((await raw.closed).code).toBe(1009);
  });

  it('closes with 1013 when an owner opens too many sockets, and lets another in when one is gone', async () => {
    await using small = await startPushServer({ LIMIT_SOCKETS_PER_OWNER: '2' });
    await using first = await RawSocket.connect(small.url);
    await using second = await RawSocket.connect(small.url);
    await using third = await RawSocket.open(small.url);
    third.send({ type: 'connection_init' });
    expect(await third.closed).toEqual({ code: 1013, reason: 'Too many sockets' });
    first.socket.close();
    await first.closed;
    await using fourth = await RawSocket.connect(small.url);
    expect([second, fourth].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  });

  it('closes with 1001 when the server stops', async () => {
    const own = await startPushServer();
    await using raw = await RawSocket.connect(own.url);
    raw.subscribe('1', all);
    await own[Symbol.asyncDispose]();
    expect((await raw.closed).code).toBe(1001);
  });

  it('closes with 1013 a reader that stalls, and lets it read why', async () => {
    await using own = await startPushServer({ LIMIT_STALLED_MS: '2000' });
    const task = await own.generate(await own.create());
    await using raw = await RawSocket.connect(own.url);
    raw.subscribe('1', 'subscription { taskStatusChanged { providerStatus } }');
    await raw.next(({ type }) => type === 'next');
    raw.socket.pause();
    const filler = 'x'.repeat(64_000);
    let round = 0;
    await waitFor(
      'no listeners',
      async () => {
        for (let burst = 0; burst < 10; burst += 1) await own.touch(task, `${round++} ${filler}`);
        return own.listeners();
      },
      (count) => count === 0,
    );
    raw.socket.resume();
    expect(await raw.closed).toEqual({ code: 1013, reason: 'The reader stalled' });
  });

  it('closes with 1013 a client that answers no ping, and lets it read why', async () => {
    await using own = await startPushServer({ LIMIT_PING_MS: '200' });
    await using raw = await RawSocket.connect(own.url);
    raw.subscribe('1', all);
    await waitFor('the subscription', own.listeners);
    raw.socket.pause();
    await waitFor('no listeners', own.listeners, (count) => count === 0);
    raw.socket.resume();
    expect(await raw.closed).toEqual({ code: 1013, reason: 'No answer to a ping' });
  });

  it('leaves a slow reader alone that goes on reading, however late it answers pings', async () => {
    // Longer than a busy machine holds up this process, in which the server and both clients live.
    await using own = await startPushServer({ LIMIT_PING_MS: '700' });
    const task = await own.generate(await own.create());
    await using other = await RawSocket.connect(own.url);
    let pings = 0;
    other.socket.on('ping', () => {
      pings += 1;
    });
    await using raw = await RawSocket.connect(own.url);
    raw.subscribe('1', 'subscription { taskStatusChanged { providerStatus } }');
    await raw.next(({ type }) => type === 'next');
    raw.socket.pause();
    const filler = 'x'.repeat(64_000);
    for (let round = 0; round < 300; round += 1) {
      await own.touch(task, `${round} ${filler}`);
      // Changes without a turn of the event loop between them would be merged.
      await setImmediate();
    }
    const enough = pings + 3;
    await waitFor('rounds of pings', () => pings >= enough);
    expect(own.listeners()).toBe(1);
    raw.socket.resume();
    await own.complete(task);
    await raw.next(({ payload }) => JSON.stringify(payload ?? null).includes('success'));
    expect(raw.socket.readyState).toBe(1);
  });

  it('takes queries and mutations too, one operation of a text by its name', async () => {
    const task = await server.create({ label: 'by name' });
    await using raw = await RawSocket.connect(server.url);
    const query = `query A { viewer { owner } }
      query B($id: ID!) { videoTask(id: $id) { label } }
      mutation C($id: ID!) { cancelVideoTask(id: $id) { task { stage } userErrors { code } } }`;
    const variables = { id: toGlobalId(task.id) };
    const ask = async (id: string, operationName: string) => {
      raw.send({ id, type: 'subscribe', payload: { query, operationName, variables } });
      return (await raw.next((message) => message.id === id)).payload;
    };
    expect(await ask('1', 'A')).toEqual({ data: { viewer: { owner: 'local' } } });
    expect(await ask('2', 'B')).toEqual({ data: { videoTask: { label: 'by name' } } });
    expect(await ask('3', 'C')).toEqual({
      data: { cancelVideoTask: { task: { stage: 'CANCELED' }, userErrors: [] } },
    });
    await raw.next(({ id, type }) => id === '3' && type === 'complete');
    for (const id of ['1', '2', '3']) expect(raw.typesOf(id)).toEqual(['next', 'complete']);
    expect(await ask('4', 'D')).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
  });

  it('answers an operation over the limit with LIMIT_EXCEEDED, and takes it when another has ended', async () => {
    await using small = await startPushServer({ LIMIT_OPERATIONS_PER_SOCKET: '1' });
    await using raw = await RawSocket.connect(small.url);
    raw.subscribe('1', all);
    raw.subscribe('2', all);
    expect((await raw.next(({ id }) => id === '2')).payload).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED' } },
    ]);
    raw.send({ id: '1', type: 'complete' });
    raw.subscribe('3', '{ videoTasks { totalCount } }');
    expect(await raw.next(({ id }) => id === '3')).toEqual({
      id: '3',
      type: 'next',
      payload: { data: { videoTasks: { totalCount: 0 } } },
    });
  });

  it('bounds the subscriptions of an owner over all of its sockets', async () => {
    await using small = await startPushServer({ LIMIT_SUBSCRIPTIONS_PER_OWNER: '1' });
    await using first = await RawSocket.connect(small.url);
    await using second = await RawSocket.connect(small.url);
    first.subscribe('1', all);
    await small.create();
    await first.next(({ type }) => type === 'next');
    second.subscribe('2', all);
    expect((await second.next(({ id }) => id === '2')).payload).toMatchObject({
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
    });
    first.socket.close();
    await first.closed;
    second.subscribe('3', all);
    await second.next(({ id, type }) => id === '3' && type === 'next');
  });

  it.each([
    ['a syntax error', 'subscription { taskStatusChanged {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { taskStatusChanged { colour } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'too many levels',
      `{ ${'videoTasks { edges { node { retryOf {'.repeat(1)} ${'retryOf { '.repeat(30)} id ${'}'.repeat(34)} }`,
      'LIMIT_EXCEEDED',
    ],
    ['too many tokens', `{ ${'a '.repeat(5000)} }`, 'LIMIT_EXCEEDED'],
    [
      'too many root fields',
      `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: videoTasks { totalCount }`).join(' ')} }`,
      'LIMIT_EXCEEDED',
    ],
  ])(
    'answers %s with an error and leaves the socket and its other subscriptions alive',
    async (_what, query, code) => {
      const task = await server.create();
      await using raw = await RawSocket.connect(server.url);
      raw.subscribe('good', `subscription { taskStatusChanged(id: "${toGlobalId(task.id)}") { stage } }`);
      await raw.next(({ id, type }) => id === 'good' && type === 'next');
      raw.subscribe('bad', query);
      const { type, payload } = await raw.next(({ id }) => id === 'bad');
      expect(type).toBe('error');
      expect(payload).toContainEqual(expect.objectContaining({ extensions: { code } }));
      await server.generate(task);
      await server.complete(task);
      await raw.next(({ id, type: ended }) => id === 'good' && ended === 'complete');
      expect(raw.typesOf('good')).toEqual(['next', 'next', 'next', 'next', 'complete']);
      expect(raw.typesOf('bad')).toEqual(['error']);
    },
  );

  it('delivers nothing more after the client completes', async () => {
    const task = await server.generate(await server.create());
    await using raw = await RawSocket.connect(server.url);
    raw.subscribe('1', `subscription { taskStatusChanged(id: "${toGlobalId(task.id)}") { stage } }`);
    await raw.next(({ type }) => type === 'next');
    raw.send({ id: '1', type: 'complete' });
    raw.send({ type: 'ping' });
    await raw.next(({ type }) => type === 'pong');
    await server.touch(task, 'unheard');
    raw.subscribe('2', `subscription { taskStatusChanged(id: "${toGlobalId(task.id)}") { providerStatus } }`);
    expect((await raw.next(({ id }) => id === '2')).payload).toEqual({
      data: { taskStatusChanged: { providerStatus: 'unheard' } },
    });
    expect(raw.typesOf('1')).toEqual(['next']);
  });
});

describe('authentication over graphql-transport-ws', () => {
  const secret = 'a secret of more than thirty-two bytes';
  const token = (expiresInSeconds: number) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ann')
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
      .sign(new TextEncoder().encode(secret));
  let server: PushServer;
  beforeAll(async () => {
    server = await startPushServer({ API_KEYS: 'studio:the-long-key-of-studio', JWT_SECRET: secret });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['nothing', undefined],
    ['an unknown key', { authorization: 'Bearer the-long-key-of-eve' }],
    ['something that is no text', { authorization: 7 }],
    ['an empty credential', { authorization: 'Bearer ' }],
    ['a credential under another name', { apiKey: 'the-long-key-of-studio' }],
    ['an unknown key inside headers', { headers: { Authorization: 'Bearer the-long-key-of-eve' } }],
    ['headers that are none', { headers: 'Authorization: Bearer the-long-key-of-studio' }],
  ])('closes with 4401 at connection_init with %s', async (_what, payload) => {
    await using raw = await RawSocket.open(server.url);
    raw.send({ type: 'connection_init', payload });
    expect((await raw.closed).code).toBe(4401);
    expect(raw.messages).toEqual([]);
  });

  it('closes with 4401 on a token that has expired', async () => {
    await using raw = await RawSocket.open(server.url);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await token(-120)}` } });
    expect((await raw.closed).code).toBe(4401);
  });

  it.each<[string, Record<string, unknown>]>([
    ['with the word Bearer', { authorization: 'Bearer the-long-key-of-studio' }],
    ['without it', { authorization: 'the-long-key-of-studio' }],
    ['under a name with capitals', { Authorization: 'bearer the-long-key-of-studio' }],
    ['under a name in capitals', { AUTHORIZATION: 'the-long-key-of-studio' }],
    ['inside headers', { headers: { authorization: 'the-long-key-of-studio' } }],
    ['inside Headers, with capitals', { Headers: { Authorization: 'Bearer the-long-key-of-studio' } }],
    [
      'inside headers, beside an empty one',
      { authorization: '', headers: { Authorization: 'Bearer the-long-key-of-studio' } },
    ],
  ])('takes a key %s', async (_what, payload) => {
    await using raw = await RawSocket.connect(server.url, payload);
    expect(raw.messages).toEqual([{ type: 'connection_ack' }]);
  });

  it('closes with 4403 when a token expires later', async () => {
    // Long enough that the connection is acknowledged before it: within the leeway after that, it is accepted for a minute.
    await using raw = await RawSocket.connect(server.url, { authorization: `Bearer ${await token(3)}` });
    raw.subscribe('1', all);
    expect((await raw.closed).code).toBe(4403);
  });

  it('delivers nothing of another owner', async () => {
    await using ann = await RawSocket.connect(server.url, { authorization: await token(60) });
    await using studio = await RawSocket.connect(server.url, { authorization: 'the-long-key-of-studio' });
    ann.subscribe('1', 'subscription { taskStatusChanged { label } }');
    studio.subscribe('1', 'subscription { taskStatusChanged { label } }');
    await server.create({ owner: 'jwt:ann' as never, label: 'hers' });
    await server.create({ owner: 'key:studio' as never, label: 'theirs' });
    const delivered = await Promise.all([ann, studio].map((raw) => raw.next(({ type }) => type === 'next')));
    expect(delivered.map(({ payload }) => payload)).toEqual([
      { data: { taskStatusChanged: { label: 'hers' } } },
      { data: { taskStatusChanged: { label: 'theirs' } } },
    ]);
  });
});
