import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/schema/schema.ts';
import { Documents } from '../../src/graphql/documents/documents.ts';
import { codesOf, lanes } from '../support/lanes.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { watchLoop } from '../support/watch-loop.ts';

let server: PushServer;
let secretive: PushServer;
beforeAll(async () => {
  server = await startPushServer();
  secretive = await startPushServer({ INTROSPECTION: 'false' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await secretive[Symbol.asyncDispose]();
});

const estimate = 'query ($input: GenerateVideoInput!) { estimateVideo(input: $input) { seconds } }';
const misspelled: [string, string, unknown?][] = [
  ['a field', '{ viewr { owner } }'],
  ['a field within', '{ viewer { ownr } }'],
  ['an argument', '{ videoTasks(frst: 1) { totalCount } }'],
  ['a type', '{ node(id: "x") { ... on VideoTsk { id } } }'],
  ['a type of a variable', 'query ($f: VideoTaskFiltr) { videoTasks(filter: $f) { totalCount } }'],
  ['an enum value', '{ videoTasks(filter: { status: [QUEUE] }) { totalCount } }'],
  ['a field of an input', '{ videoTasks(filter: { statu: [QUEUED] }) { totalCount } }'],
  [
    'an enum value in a default',
    'query ($s: VideoTaskStatus = QUEUE) { videoTasks(filter: { status: [$s] }) { totalCount } }',
  ],
  ['an enum value in a variable', estimate, { input: { prompt: 'x', aspectRatio: 'LANDSCAPE_16_8' } }],
  ['a field of an input in a variable', estimate, { input: { promt: 'x' } }],
  ['a directive', '{ viewer { owner @skp(if: true) } }'],
  ['a field of a subscription', 'subscription { taskStatusChangd { id } }'],
];

describe.each(lanes)('over %s', (lane, send) => {
  const isStream = /stream|ws/.test(lane);

  it('INTROSPECTION=false suggests no names, compiled or not', async () => {
    for (const [what, query, variables] of misspelled) {
      for (let uses = 0; uses < 5; uses += 1) {
        const { errors } = await send(secretive.url, { query, variables });
        expect([what, errors?.length, JSON.stringify(errors)]).toEqual([
          what,
          1,
          expect.not.stringContaining('Did you mean') as string,
        ]);
      }
    }
  });

  it('INTROSPECTION=true does', async () => {
    const { errors } = await send(server.url, { query: estimate, variables: { input: { promt: 'x' } } });
    expect(JSON.stringify(errors)).toContain('Did you mean');
  });

  it('variables nested in thousands of levels are refused', async () => {
    const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`) as unknown;
    const query = 'query ($id: ID!) { videoTask(id: $id) { id } }';
    // Undeclared ones are looked at too: they arrive all the same.
    for (const variables of [{ id: deep }, { id: 'x', other: deep }]) {
      expect(codesOf(await send(server.url, { query, variables }))).toEqual(['BAD_INPUT']);
      if (!isStream) continue;
      const stream = 'subscription ($id: ID!) { taskStatusChanged(id: $id) { id } }';
      expect(codesOf(await send(server.url, { query: stream, variables }))).toEqual(['BAD_INPUT']);
    }
  });

  it('errors have their places in the text', async () => {
    const queries = [
      '{ viewer { owner }\n  nothing }',
      '{ viewer { owner }\n  ) }',
      '{ viewer { owner }\n  videoTasks(first: -1) { totalCount } }',
    ];
    for (const query of queries) {
      for (let uses = 0; uses < 5; uses += 1) {
        const { errors } = await send(server.url, { query });
        expect(errors).toMatchObject([{ locations: [{ line: 2, column: 3 }] }]);
      }
    }
  });
});

describe('errors about large requests', () => {
  const post = async (type: string, body: string): Promise<string> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    return response.text();
  };
  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => one(index)).join(' ');
  const keys = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]));
  const withInput = (input: unknown) => JSON.stringify({ query: estimate, variables: { input } });

  it.each([
    [
      'a text of 900,000 lines',
      'application/graphql',
      `${'\n'.repeat(900_000)} { ${many(20, () => 'nope')} }`,
    ],
    [
      'unknown fields beside a literal of 800 kB',
      'application/graphql',
      `{ estimateVideo(input: { prompt: "${'x'.repeat(800_000)}" ${many(30, (index) => `k${index}: 1`)} }) { seconds } }`,
    ],
    ['fields with names of 40 kB', 'application/graphql', `{ ${many(20, () => 'x'.repeat(40_000))} }`],
    ['60,000 unknown fields in a variable', 'application/json', withInput(keys(60_000, 1))],
    ['9000 unknown fields in a variable', 'application/json', withInput(keys(9000, 'x'.repeat(90)))],
    [
      'unknown fields beside a string of 900 kB in a variable',
      'application/json',
      withInput({ prompt: 'x'.repeat(900_000), ...keys(100, 1) }),
    ],
  ])('are short, and do not block the event loop: %s', async (_what, type, body) => {
    using loop = watchLoop();
    const text = await post(type, body);
    expect(JSON.parse(text)).toHaveProperty('errors');
    expect(text.length).toBeLessThan(30_000);
    // Between 0.9 and 6 s before.
    expect(loop.longestMs()).toBeLessThan(700);
  });
});

describe('a socket', () => {
  it.each([
    '{"type":"ping","payload":null,"x":{"variables":""}}',
    '[{"variables":""}]',
    '[null,{"extensions":""}]',
    '{"type":"subscribe","id":"1","payload":[{"variables":""}]}',
    '{"type":"subscribe","id":"1","payload":"","extensions":""}',
    '{"type":"connection_init","payload":null,"extensions":""}',
    '{"type":{"variables":""}}',
    'null',
    '"variables":""',
    '',
  ])('ends itself at most by what it says first: %s', async (message) => {
    await using raw = await RawSocket.open(server.url);
    raw.send(message);
    await Promise.race([raw.closed, raw.next(() => true)]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('outlives variables nested in thousands of levels', async () => {
    await using raw = await RawSocket.connect(server.url);
    raw.subscribe('alive', 'subscription { taskStatusChanged { id } }');
    raw.send(
      `{"id":"deep","type":"subscribe","payload":{"query":"subscription { taskStatusChanged { id } }","variables":{"a":${'['.repeat(9000)}${']'.repeat(9000)}}}}`,
    );
    expect((await raw.next(({ id }) => id === 'deep')).payload).toMatchObject([
      { extensions: { code: 'BAD_INPUT' } },
    ]);
    await server.create();
    await raw.next(({ id, type }) => id === 'alive' && type === 'next');
  });

  it.each([
    [
      'a ping that cannot be written back',
      `{"type":"ping","payload":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      4400,
    ],
    ['a long unknown type', { type: 'é'.repeat(200) }, 4400],
    [
      'a long id that is in use',
      {
        id: 'é'.repeat(100),
        type: 'subscribe',
        payload: { query: 'subscription { taskStatusChanged { id } }' },
      },
      4409,
    ],
  ])('is closed with the code of the fault after %s', async (_what, message, code) => {
    await using raw = await RawSocket.connect(server.url);
    raw.send(message);
    if (code === 4409) raw.send(message);
    expect((await raw.closed).code).toBe(code);
  });
});

describe('remembered documents', () => {
  const collect = () => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  /** A text of 14 kB. */
  const text = (number: number, field: string) =>
    `{ videoTask(id: "x") { ${Array.from({ length: 1000 }, (_, index) => `a${index}: ${field}`).join(' ')} } } # ${number}`;

  it.each([
    ['valid', 'label'],
    ['invalid', 'colour'],
  ])('take a bounded part of the memory: %s ones', (_kind, field) => {
    const documents = new Documents(buildSchema(), true);
    const before = collect();
    // A few only, each of which took 1 to 1.5 MB.
    for (let number = 0; number < 120; number += 1) documents.prepare(text(number, field));
    expect(collect() - before).toBeLessThan(40);
    expect(documents.prepare(text(119, field))).toBe(documents.prepare(text(119, field)));
  });

  it('that are in use are kept, whatever else comes', () => {
    const documents = new Documents(buildSchema(), true);
    const used = documents.prepare('{ viewer { owner } }');
    for (let number = 0; number < 3000; number += 1) {
      documents.prepare(`{ viewer { owner } } # ${number} ${' '.repeat(20_000)}`);
      expect(documents.prepare('{ viewer { owner } }')).toBe(used);
    }
  });
});
