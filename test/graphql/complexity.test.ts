import { getIntrospectionQuery, isListType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldCosts } from '../../src/schema/field-costs.ts';
import { buildSchema } from '../../src/schema/schema.ts';
import { codesOf, lanes } from '../support/lanes.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { allFieldsOf } from '../support/all-fields.ts';
import { watchLoop } from '../support/watch-loop.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer();
  for (let index = 0; index < 200; index += 1) await server.create();
});
afterAll(() => server[Symbol.asyncDispose]());

const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const page = (fields: string, first: number | string = 200) =>
  `{ videoTasks(first: ${first}) { edges { node { ${fields} } } } }`;

const refused: [string, string, Record<string, unknown>?][] = [
  ['history under many aliases', page(many(60, (index) => `a${index}: history { at }`))],
  [
    'the place in the queue under many aliases',
    page(many(60, (index) => `a${index}: progress { queuePosition }`)),
  ],
  ['a field under very many aliases', page(many(400, (index) => `a${index}: id`))],
  [
    'tasks within tasks',
    page(
      'retryOf { retryOf { retryOf { retryOf { history { at } id } history { at } } history { at } history { at } } history { at } a: retryOf { history { at } b: retryOf { history { at } } } }',
    ),
  ],
  [
    'thirty pages',
    `{ ${many(30, (index) => `p${index}: videoTasks(first: 200) { edges { node { history { at } } } }`)} }`,
  ],
  [
    'thirty pages by a fragment',
    `{ ${many(30, (index) => `p${index}: videoTasks(first: 200) { ...P }`)} } fragment P on VideoTaskConnection { edges { node { history { at } } } }`,
  ],
  ['sums of money', `{ viewer { ${many(250, (index) => `a${index}: spentThisMonth { amount }`)} } }`],
  [
    'a page as large as a variable says',
    `query ($n: Int) ${page(
      many(10, (index) => `a${index}: history { at }`),
      '$n',
    )}`,
    { n: 200 },
  ],
  [
    'a page as large as a default says',
    `query ($n: Int = 200) ${page(
      many(10, (index) => `a${index}: history { at }`),
      '$n',
    )}`,
  ],
  [
    'what a variable includes',
    `query ($all: Boolean!) ${page(`id ... @include(if: $all) { ${many(60, (index) => `a${index}: history { at }`)} }`)}`,
    { all: true },
  ],
];
const taken: [string, string, Record<string, unknown>?][] = [
  ['a whole page with every field', page(allFieldsOf(buildSchema(), 'VideoTask'))],
  [
    'introspection',
    getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, oneOf: true }),
  ],
  [
    'every field of the providers',
    `{ providers { ${allFieldsOf(buildSchema(), 'Provider')} } viewer { ${allFieldsOf(buildSchema(), 'Viewer')} } }`,
  ],
  [
    'a small page of much',
    `query ($n: Int = 200) ${page(
      many(10, (index) => `a${index}: history { at }`),
      '$n',
    )}`,
    { n: 20 },
  ],
  [
    'what a variable leaves out',
    `query ($all: Boolean!) ${page(`id ... @include(if: $all) { ${many(60, (index) => `a${index}: history { at }`)} }`)}`,
    { all: false },
  ],
];

describe.each(lanes)('over %s', (_lane, send) => {
  it('too complex operations are refused before anything is read', async () => {
    const read = server.store.page.bind(server.store);
    let reads = 0;
    server.store.page = (request) => {
      reads += 1;
      return read(request);
    };
    for (const [what, query, variables] of refused) {
      expect([what, codesOf(await send(server.url, { query, variables }))]).toEqual([
        what,
        ['LIMIT_EXCEEDED'],
      ]);
    }
    expect(reads).toBe(0);
    Reflect.deleteProperty(server.store, 'page');
  });

  it('others are answered', async () => {
    for (const [what, query, variables] of taken) {
      expect([what, (await send(server.url, { query, variables })).errors]).toEqual([what, undefined]);
    }
  });
});

it('what passes, many times at once, lets everything else in between', async () => {
  const query = page(allFieldsOf(buildSchema(), 'VideoTask'));
  const [lane] = lanes;
  if (lane === undefined) throw new Error('There is no lane');
  const [, send] = lane;
  using watch = watchLoop();
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(server.url, { query })));
  expect(answers.map((answer) => answer.errors)).toEqual(answers.map(() => undefined));
  // 10 × 0.1 s in one piece would be more.
  expect(watch.longestMs()).toBeLessThan(500);
});

it('LIMIT_COMPLEXITY sets the limit, for subscriptions too', async () => {
  await using strict = await startPushServer({ LIMIT_COMPLEXITY: '100' });
  const history = many(5, (index) => `a${index}: history { at }`);
  for (const [lane, send] of lanes) {
    expect([lane, codesOf(await send(strict.url, { query: page('id', 200) }))]).toEqual([
      lane,
      ['LIMIT_EXCEEDED'],
    ]);
    expect([lane, (await send(strict.url, { query: page('id', 1) })).errors]).toEqual([lane, undefined]);
  }
  for (const [lane, send] of lanes.filter(([name]) => /stream|ws/.test(name))) {
    const query = `subscription { taskStatusChanged(id: "x") { ${history} } }`;
    expect([lane, codesOf(await send(strict.url, { query }))]).toEqual([lane, ['LIMIT_EXCEEDED']]);
  }
});

it('every list of the schema has a size, and every cost a field', () => {
  const schema = buildSchema();
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields()).map((field) => ({ key: `${type.name}.${field.name}`, field }))
      : [],
  );
  const lists = fields.filter(({ field }) =>
    isListType(isNonNullType(field.type) ? field.type.ofType : field.type),
  );
  expect(lists.filter(({ key }) => fieldCosts[key]?.size === undefined).map(({ key }) => key)).toEqual([]);
  expect(Object.keys(fieldCosts).filter((key) => fields.every((field) => field.key !== key))).toEqual([]);
});
