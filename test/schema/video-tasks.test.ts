import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { sampleTime } from '../support/sample-task.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { queryAt } from '../support/start-app.ts';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly label: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
  readonly revision: string;
}

let server: PushServer;
let tasks: VideoTask[];
beforeAll(async () => {
  server = await startPushServer();
  tasks = [];
  for (const label of ['1', '2', '3', '4', '5']) tasks.push(await server.create({ label }));
});
afterAll(() => server[Symbol.asyncDispose]());

async function list(args: string): Promise<Connection> {
  const { videoTasks } = await queryAt<{ videoTasks: Connection }>(
    server.url,
    `{ videoTasks${args} { edges { cursor node { label } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount revision } }`,
  );
  return videoTasks;
}

const idOf = (task: VideoTask | undefined): string => {
  if (task === undefined) throw new Error('There is no such task');
  return toGlobalId(task.id);
};

const labels = ({ edges }: Connection) => edges.map(({ node }) => node.label).join('');

describe('videoTasks', () => {
  it('pages forwards and backwards, newest first, each task once', async () => {
    const first = await list('(first: 2)');
    expect([
      labels(first),
      first.totalCount,
      first.pageInfo.hasNextPage,
      first.pageInfo.hasPreviousPage,
    ]).toEqual(['54', 5, true, false]);
    expect(first.pageInfo).toMatchObject({
      startCursor: first.edges[0]?.cursor,
      endCursor: first.edges[1]?.cursor,
    });
    const second = await list(`(first: 2, after: "${first.pageInfo.endCursor}")`);
    const third = await list(`(first: 2, after: "${second.pageInfo.endCursor}")`);
    expect([labels(second), labels(third), third.pageInfo.hasNextPage]).toEqual(['32', '1', false]);
    const back = await list(`(last: 2, before: "${third.pageInfo.startCursor}")`);
    expect([labels(back), back.pageInfo.hasPreviousPage, labels(await list('(last: 2)'))]).toEqual([
      '32',
      true,
      '21',
    ]);
  });

  it('says what lies beyond the other end of a page too', async () => {
    const whole = await list('');
    const cursorOf = (label: string) => whole.edges.find(({ node }) => node.label === label)?.cursor;
    const ends = async (args: string) => {
      const page = await list(args);
      return [labels(page), page.pageInfo.hasPreviousPage, page.pageInfo.hasNextPage];
    };
    expect([
      await ends(`(first: 10, before: "${cursorOf('3')}")`),
      await ends(`(first: 1, before: "${cursorOf('3')}")`),
      await ends(`(first: 10, after: "${cursorOf('3')}")`),
      await ends(`(last: 10, after: "${cursorOf('3')}")`),
      await ends(`(last: 10, before: "${cursorOf('3')}")`),
      await ends(`(first: 10, after: "${cursorOf('5')}", before: "${cursorOf('1')}")`),
      await ends(`(last: 10, after: "${cursorOf('5')}", before: "${cursorOf('1')}")`),
    ]).toEqual([
      ['54', false, true],
      ['5', false, true],
      ['21', true, false],
      ['21', true, false],
      ['54', false, true],
      ['432', true, true],
      ['432', true, true],
    ]);
  });

  it('finds a task by as much of its id as was typed', async () => {
    const [first] = tasks;
    const id = idOf(first);
    for (const typed of [id, id.slice(0, 15), id.slice(0, 15).toUpperCase(), id.slice(8, 20)]) {
      expect(labels(await list(`(filter: { search: "${typed}" })`))).toBe('1');
    }
    // Only the beginning of an id follows the prefix, and the prefix alone is a string like any other.
    expect(labels(await list(`(filter: { search: "task_${id.slice(8)}" })`))).toBe('');
    expect(labels(await list('(filter: { search: "task_" })'))).toBe('');
  });

  it.each([
    '2030-02-30T00:00:00Z',
    '2030-02-29T00:00:00Z',
    '2030-04-31T23:00:00-05:00',
    '2030-13-01T00:00:00Z',
    '2030-00-10T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T00:60:00Z',
    '2030-01-01T00:00:00',
    '2030-01-01',
  ])('refuses %s, which is no time', async (time) => {
    await expect(list(`(filter: { createdAfter: "${time}" })`)).rejects.toThrow('RFC 3339');
  });

  it('takes a leap day and any offset', async () => {
    for (const time of ['2028-02-29T00:00:00Z', '2028-02-29T23:30:00.5-05:00', '2100-01-01t00:00:00z']) {
      expect(labels(await list(`(filter: { createdBefore: "${time}" })`))).toBe('54321');
    }
  });

  it('has an empty page for first: 0, and cursors only where there are edges', async () => {
    const empty = await list('(first: 0)');
    expect([empty.edges, empty.totalCount, empty.pageInfo.startCursor]).toEqual([[], 5, null]);
  });

  it('narrows by status, time, provider and text', async () => {
    const [first] = tasks;
    expect(labels(await list('(filter: { status: [COMPLETED, FAILED] })'))).toBe('');
    expect(labels(await list('(filter: { status: [QUEUED] })'))).toBe('54321');
    expect(labels(await list('(filter: { status: [] })'))).toBe('');
    expect(labels(await list(`(filter: { search: "${idOf(first)}" })`))).toBe('1');
    expect(labels(await list('(filter: { search: "100%_no" })'))).toBe('');
    expect(labels(await list('(filter: { label: "3" })'))).toBe('3');
    expect(labels(await list('(filter: { label: "3", group: "none" })'))).toBe('');
    expect(labels(await list('(filter: { endedAfter: "2000-01-01T00:00:00Z" })'))).toBe('');
    expect(labels(await list('(filter: { createdAfter: "2100-01-01T00:00:00Z" })'))).toBe('');
  });

  it.each([
    '(first: -1)',
    '(first: 201)',
    '(first: 1, last: 1)',
    '(after: "nonsense")',
    '(before: "")',
    // Node reads both as the cursor of the first task.
    '(after: "!!bjox!!")',
    '(after: "bjox=")',
    '(after: "bjowMQ")',
    `(filter: { group: "${'x'.repeat(65)}" })`,
    '(filter: { label: "a\\u0000" })',
  ])('answers BAD_INPUT to %s', async (args) => {
    await expect(list(args)).rejects.toThrow('"code":"BAD_INPUT"');
  });

  it('takes a search of 200 characters, and answers BAD_INPUT that names the field to a longer one', async () => {
    for (const search of ['x'.repeat(200), '💍'.repeat(200)]) {
      expect(labels(await list(`(filter: { search: "${search}" })`))).toBe('');
    }
    for (const search of ['x'.repeat(201), '💍'.repeat(201), 'x'.repeat(50_000)]) {
      await expect(list(`(filter: { search: "${search}" })`)).rejects.toThrow(
        /filter\.search.*"code":"BAD_INPUT"/,
      );
    }
  });

  it('takes lists of 40,000 entries, as they name a few values only', async () => {
    const many = (value: string) => Array.from({ length: 40_000 }, () => value);
    const filter = { status: many('QUEUED'), stage: many('WAITING'), provider: many('KIE') };
    const { videoTasks } = await queryAt<{ videoTasks: { totalCount: number } }>(
      server.url,
      'query ($filter: VideoTaskFilter) { videoTasks(filter: $filter) { totalCount edges { cursor } } }',
      { filter },
    );
    expect(videoTasks).toMatchObject({ totalCount: 5, edges: [{}, {}, {}, {}, {}] });
  });

  it('reads histories and retried tasks of a page, whatever their aliases', async () => {
    const [first] = tasks;
    const retry = await server.create({ label: 'again', retryOf: first?.id ?? null });
    await server.generate(retry);
    const { videoTasks } = await queryAt<{ videoTasks: { edges: { node: unknown }[] } }>(
      server.url,
      '{ videoTasks { edges { node { label a: history { stage } b: history { at } retryOf { label history { stage } } } } } }',
    );
    const at = new Date(sampleTime).toISOString();
    const plain = (label: string) => ({
      node: { label, a: [{ stage: 'WAITING' }], b: [{ at }], retryOf: null },
    });
    expect(videoTasks.edges.slice(1)).toEqual(['5', '4', '3', '2', '1'].map(plain));
    expect(videoTasks.edges[0]).toMatchObject({
      node: {
        a: [{ stage: 'WAITING' }, { stage: 'SUBMITTING' }, { stage: 'GENERATING' }],
        retryOf: { label: '1', history: [{ stage: 'WAITING' }] },
      },
    });
    await server.store.change(retry.id, () => ({
      patch: { deletedAt: sampleTime },
      announces: true,
      transition: null,
    }));
  });

  it('is listed as of a revision that a subscription takes as `after`', async () => {
    const { revision } = await list('');
    expect(revision).toBe(server.store.formatRevision(await server.store.lastRevision()));
  });
});

describe('node and videoTask', () => {
  it('give the same task by its global id, and null for what is none', async () => {
    const id = idOf(tasks[0]);
    const both = await queryAt(
      server.url,
      `{ node(id: "${id}") { id __typename } videoTask(id: "${id}") { id } }`,
    );
    expect(both).toEqual({ node: { id, __typename: 'VideoTask' }, videoTask: { id } });
    for (const none of ['', 'task_', 'task_AAAAAAAAAAAAAAAAAAAAAA', "x' OR 1=1"]) {
      expect(
        await queryAt(server.url, `query ($id: ID!) { node(id: $id) { id } videoTask(id: $id) { id } }`, {
          id: none,
        }),
      ).toEqual({ node: null, videoTask: null });
    }
  });
});
