import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, lanes } from '../support/lanes.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { watchLoop } from '../support/watch-loop.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Fragments that each spread the next one twice, on a type, from a root to a leaf. */
const chain = (root: string, on: string, body: (next: string) => string, leaf: string, length = 40): string =>
  [
    root,
    ...Array.from({ length }, (_, index) => `fragment H${index} on ${on} { ${body(`...H${index + 1}`)} }`),
    `fragment H${length} on ${on} { ${leaf} }`,
  ].join('\n');

const twice = (next: string) => `${next} ${next}`;
const task = '{ videoTask(id: "task_AAAAAAAAAAAAAAAAAAAAAA") { ...H0 } }';

/** Fragments of which each spreads the next one and all before it, each in a field: 18! ways lead through them. */
const web = (operation: string): string => {
  const each = (_none: unknown, at: number) =>
    `fragment H${at} on VideoTask { ${Array.from({ length: at + 2 }, (_, to) => `a${to}: retryOf { ...H${to === at ? 0 : to % 18} }`).join(' ')} }`;
  return [operation, ...Array.from({ length: 18 }, each)].join('\n');
};

const multiplying: [string, string][] = [
  ['a chain to a field', chain(task, 'VideoTask', twice, 'id')],
  [
    'a chain through aliases',
    chain(task, 'VideoTask', (next) => `a: retryOf { ${next} } b: retryOf { ${next} }`, 'id', 18),
  ],
  ['a chain at the root', chain('{ ...H0 }', 'Query', twice, 'viewer { owner }')],
  ['a chain through introspection', chain('{ __schema { types { ...H0 } } }', '__Type', twice, 'name')],
  [
    'a chain of a subscription',
    chain('subscription { taskStatusChanged { ...H0 } }', 'VideoTask', twice, 'id'),
  ],
  [
    'a chain of a mutation',
    chain('mutation { cancelVideoTask(id: "x") { task { ...H0 } } }', 'VideoTask', twice, 'id'),
  ],
];
const invalid: [string, string][] = [
  ['a chain to an unknown fragment', chain('{ ...H0 }', 'Query', twice, '...Nope')],
  ['a cycle', chain('{ ...H0 }', 'Query', twice, '...H0')],
  [
    'a cycle within fields',
    chain(task, 'VideoTask', (next) => `a: retryOf { ${next} } b: retryOf { ${next} }`, '...H0', 15),
  ],
  ['a web of fragments that lead back', web(task)],
  ['the same without an operation that spreads it', web('{ viewer { owner } }')],
  ['a chain that no operation spreads', chain('{ viewer { owner } }', 'VideoTask', twice, 'id')],
];

describe.each(lanes)('over %s', (lane, send) => {
  const isRead = (query: string) =>
    !(query.startsWith('mutation') && (lane === 'GET' || lane.endsWith('by GET')));

  it('fragments that multiply each other are refused at once', async () => {
    for (const [what, query] of multiplying.filter(([, text]) => isRead(text))) {
      // Often enough that it would be compiled.
      for (let uses = 0; uses < 5; uses += 1) {
        expect([what, new Set(codesOf(await send(server.url, { query })))]).toEqual([
          what,
          new Set(['LIMIT_EXCEEDED']),
        ]);
      }
    }
  });

  it('and so are those that are not valid', async () => {
    for (const [what, query] of invalid) {
      const codes = codesOf(await send(server.url, { query })) ?? ['executed'];
      expect([
        what,
        codes.length > 0 &&
          codes.every((code) => code === 'LIMIT_EXCEEDED' || code === 'GRAPHQL_VALIDATION_FAILED'),
      ]).toEqual([what, true]);
    }
  });

  it('forty fragments that are spread once each are answered', async () => {
    const query = chain(task, 'VideoTask', (next) => next, 'id');
    for (let uses = 0; uses < 5; uses += 1) {
      expect(await send(server.url, { query })).toEqual({ data: { videoTask: null } });
    }
  });
});

/** A field again and again where the response has it once: validation compares each mention with each other. */
const repeating: [string, (times: number) => string][] = [
  ['a list of objects', (times) => `{ viewer { ${'a: spentThisMonth { amount } '.repeat(times)} } }`],
  ['a list of fields', (times) => `{ providers { ${'a: label '.repeat(times)} } }`],
  [
    'different fields',
    (times) =>
      `{ providers { ${Array.from({ length: times }, (_, at) => `a: ${at % 2 ? 'name' : 'label'}`).join(' ')} } }`,
  ],
  [
    'different fields below one',
    (times) =>
      `{ viewer { ${Array.from({ length: times }, (_, at) => `a: spentThisMonth { b: ${at % 2 ? 'amount' : 'currency'} }`).join(' ')} } }`,
  ],
  [
    'fields of fragments without a name',
    (times) => `{ node(id: "x") { ${'... on VideoTask { history { at } } '.repeat(times)} } }`,
  ],
  [
    'a field below two levels of others',
    (times) => `{ providers { ${`models { ${'price { amount } '.repeat(20)} } `.repeat(times / 20)} } }`,
  ],
  [
    'fragments beside each other',
    (times) =>
      [
        `{ providers { ${Array.from({ length: times / 4 }, (_, at) => `...F${at}`).join(' ')} } }`,
        ...Array.from({ length: times / 4 }, (_, at) => `fragment F${at} on Provider { a: models { id } }`),
      ].join('\n'),
  ],
];

it.each(repeating)('%s that is mentioned hundreds of times is refused at once', async (_what, query) => {
  const [send] = lanes.map(([, lane]) => lane);
  if (send === undefined) throw new Error('There is no lane');
  using loop = watchLoop();
  for (let uses = 0; uses < 3; uses += 1) {
    const answer = await send(server.url, { query: `${query(600)} # ${uses}` });
    expect(codesOf(answer)).toEqual(['LIMIT_EXCEEDED']);
  }
  expect(loop.longestMs()).toBeLessThan(200);
});

it('hundreds of fragments that each spread thousands of fields are refused at once', async () => {
  const [send] = lanes.map(([, lane]) => lane);
  const query = [
    chain(
      '{ viewer { owner } }',
      'VideoTask',
      (next) => `a: retryOf { ${next} } b: retryOf { ${next} }`,
      'id',
      10,
    ),
    ...Array.from({ length: 450 }, (_, at) => `fragment A${at} on VideoTask { ...H0 }`),
  ].join('\n');
  const answer = await send?.(server.url, { query });
  expect(answer && codesOf(answer)).toEqual(['LIMIT_EXCEEDED']);
});

it('what generated queries repeat is answered', async () => {
  const [send] = lanes.map(([, lane]) => lane);
  const query = `{ ${'...F '.repeat(20)} } fragment F on Query { viewer { ${'owner '.repeat(40)} } }`;
  expect(await send?.(server.url, { query })).toEqual({ data: { viewer: { owner: 'local' } } });
});
