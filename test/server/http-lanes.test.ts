import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';

/** A content type that our own lane leaves to Yoga, which takes it alike. */
const yogaOnly = 'application/json; charset=utf-8; lane=yoga';
/** Often enough that the compiled code answers last. */
const rounds = 5;

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

async function post(contentType: string, body: string, accept = 'application/json'): Promise<Answer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': contentType, accept },
    body,
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

describe.each([
  ['our own lane', undefined],
  ['Yoga', yogaOnly],
])('the GraphQL-over-HTTP audits on %s', (_name, contentType) => {
  const audits = serverAudits({
    url: () => `${server.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      if (contentType !== undefined && headers.get('content-type') === 'application/json') {
        headers.set('content-type', contentType);
      }
      return fetch(url, { ...init, headers });
    },
  });

  it('are 61', () => expect(audits).toHaveLength(61));

  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_audit, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});

const task = 'query ($id: ID!) { videoTask(id: $id) { id status revision history { stage } } }';
const generate =
  'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } userErrors { code field } } }';

describe('both lanes answer alike', () => {
  const id = randomId() as TaskId;
  beforeAll(() => server.create({ id, label: 'sku-1' }));

  it.each<[string, { query?: unknown; variables?: unknown; operationName?: unknown; extensions?: unknown }]>([
    ['a query with a variable', { query: task, variables: { id: toGlobalId(id) } }],
    ['a query of nothing', { query: task, variables: { id: 'nonsense' } }],
    ['a missing variable', { query: task }],
    ['a variable of another type', { query: task, variables: { id: { a: 1 } } }],
    ['variables that are a list', { query: task, variables: [] }],
    [
      'aliases, fragments and several fields',
      {
        query: `{ a: videoTasks(first: 1) { ...C } b: videoTasks(last: 1) { ...C totalCount } n: node(id: "${toGlobalId(id)}") { __typename id ... on VideoTask { label } } } fragment C on VideoTaskConnection { edges { node { label } } }`,
      },
    ],
    [
      'skipped and included fields',
      {
        query:
          'query ($yes: Boolean!) { videoTasks { totalCount @include(if: $yes) pageInfo { hasNextPage @skip(if: $yes) hasPreviousPage } } }',
        variables: { yes: true },
      },
    ],
    [
      'a filter in variables',
      {
        query: 'query ($f: VideoTaskFilter) { videoTasks(filter: $f) { totalCount } }',
        variables: { f: { status: ['QUEUED'], createdAfter: '2020-01-01T00:00:00Z', search: 'RING' } },
      },
    ],
    [
      'a filter with an absent variable in a literal',
      { query: 'query ($s: String) { videoTasks(filter: { search: $s }) { totalCount } }' },
    ],
    [
      'a time that is none',
      {
        query: 'query ($f: VideoTaskFilter) { videoTasks(filter: $f) { totalCount } }',
        variables: { f: { createdAfter: 'yesterday' } },
      },
    ],
    ['a page size that makes no sense', { query: '{ videoTasks(first: -1) { totalCount } }' }],
    ['a cursor that makes no sense', { query: '{ videoTasks(after: "x") { totalCount } }' }],
    [
      'one of several operations',
      { query: 'query A { videoTasks { totalCount } } query B { node(id: "x") { id } }', operationName: 'B' },
    ],
    [
      'an operation that is not there',
      { query: 'query A { videoTasks { totalCount } }', operationName: 'B' },
    ],
    [
      'several operations without a name',
      { query: 'query A { videoTasks { totalCount } } query B { node(id: "x") { id } }' },
    ],
    [
      'introspection',
      { query: '{ __schema { queryType { name } } __type(name: "VideoTask") { fields { name } } }' },
    ],
    ['a syntax error', { query: '{ videoTasks' }],
    ['an unknown field', { query: '{ colour }' }],
    ['a mutation that a caller can fix', { query: generate, variables: { input: { prompt: '' } } }],
    [
      'a mutation with a bad enum',
      { query: generate, variables: { input: { prompt: 'x', aspectRatio: 'ROUND' } } },
    ],
    [
      'a mutation with two members of a one-of',
      {
        query: generate,
        variables: {
          input: { prompt: 'x', referenceImages: [{ url: 'https://a.example/a.png', uploadId: 'x' }] },
        },
      },
    ],
    [
      'a mutation with no member of a one-of',
      { query: generate, variables: { input: { prompt: 'x', referenceImages: [{}] } } },
    ],
    ['a subscription', { query: 'subscription { taskStatusChanged { id } }' }],
    ['no query', {}],
    ['a query that is a number', { query: 1 }],
    ['extensions that are a list', { query: '{ videoTasks { totalCount } }', extensions: [] }],
    ['too many tokens', { query: `{ ${'a '.repeat(5000)} }` }],
  ])('to %s', async (_what, body) => {
    for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
      const expected = await post(yogaOnly, JSON.stringify(body), accept);
      for (let round = 0; round < rounds; round += 1) {
        expect(await post('application/json', JSON.stringify(body), accept)).toEqual(expected);
      }
    }
  });

  it('to a body that is no JSON, and to one that is too large', async () => {
    expect(await post('application/json', '{')).toEqual(await post(yogaOnly, '{'));
    const large = JSON.stringify({ query: `# ${'x'.repeat(1_100_000)}\n{ videoTasks { totalCount } }` });
    const [own, yoga] = [
      await post('application/json', large),
      await post(yogaOnly, large).catch(() => null),
    ];
    expect([own.status, yoga?.status]).toEqual([413, 413]);
  });

  it('to an internal error: masked, without any detail', async () => {
    await using broken = await startPushServer();
    await broken.store[Symbol.asyncDispose]();
    for (const contentType of ['application/json', yogaOnly]) {
      const response = await fetch(`${broken.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: JSON.stringify({ query: task, variables: { id: toGlobalId(id) } }),
      });
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          data: { videoTask: null },
          errors: [
            {
              message: 'Internal error of the server. The operator finds the cause in the log.',
              locations: [{ line: 1, column: 20 }],
              path: ['videoTask'],
              extensions: { code: 'INTERNAL' },
            },
          ],
        },
      ]);
    }
  });
});
