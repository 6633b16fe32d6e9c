import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { Owner, TaskId } from '../../src/domain/video-task.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { overEventStream, overWebSocket, type Result } from '../support/push-client.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

const watchOne = `subscription ($id: ID!, $after: String) {
  taskStatusChanged(id: $id, after: $after) { id stage providerStatus revision }
}`;
const watchAll = `subscription ($after: String) {
  taskStatusChanged(after: $after) { id stage providerStatus revision deletedAt }
}`;

const seen = (results: readonly Result[]) =>
  results.map(({ data }) => [data?.taskStatusChanged['stage'], data?.taskStatusChanged['providerStatus']]);
const revisions = (results: readonly Result[]) =>
  results.map(({ data }) => String(data?.taskStatusChanged['revision']));

describe.each([
  ['graphql-transport-ws', overWebSocket],
  ['server-sent events', overEventStream],
])('taskStatusChanged over %s', (_name, subscribe) => {
  let server: PushServer;
  beforeAll(async () => {
    server = await startPushServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('delivers the present state, each later one, and ends after the terminal one', async () => {
    const task = await server.create();
    await using client = await subscribe(server.url, watchOne, { id: toGlobalId(task.id) });
    await client.take(1);
    await server.generate(task);
    await client.take(3);
    await server.touch(task, 'waiting');
    await client.take(4);
    await server.complete(task);
    await client.end();
    expect(seen(client.results)).toEqual([
      ['WAITING', null],
      ['SUBMITTING', null],
      ['GENERATING', null],
      ['GENERATING', 'waiting'],
      ['COMPLETED', 'success'],
    ]);
    expect(revisions(client.results)).toEqual(revisions(client.results).toSorted());
  });

  it('delivers a terminal task once and ends', async () => {
    const task = await server.create();
    await server.generate(task);
    await server.complete(task);
    await using client = await subscribe(server.url, watchOne, { id: toGlobalId(task.id) });
    await client.end();
    expect(seen(client.results)).toEqual([['COMPLETED', 'success']]);
  });

  it('with id and after delivers nothing if nothing changed, and one state if something did', async () => {
    const task = await server.generate(await server.create());
    const after = server.store.formatRevision(task.revision);
    await using idle = await subscribe(server.url, watchOne, { id: toGlobalId(task.id), after });
    await waitFor('the subscription', server.listeners);
    await server.touch(task, 'first');
    await server.touch(task, 'second');
    await idle.take(2);
    expect(seen(idle.results)).toEqual([
      ['GENERATING', 'first'],
      ['GENERATING', 'second'],
    ]);
    await using late = await subscribe(server.url, watchOne, { id: toGlobalId(task.id), after });
    await late.take(1);
    expect(seen(late.results)).toEqual([['GENERATING', 'second']]);
    const done = await server.complete(task);
    await using over = await subscribe(server.url, watchOne, {
      id: toGlobalId(task.id),
      after: server.store.formatRevision(done.revision),
    });
    await over.end();
    expect(over.results).toEqual([]);
  });

  it('without id delivers each unfinished task in revision order, then every later state', async () => {
    const owner = 'local' as Owner;
    await using own = await startPushServer();
    const [first, second, done] = [await own.create({ owner }), await own.create(), await own.create()];
    await own.generate(done);
    await own.complete(done);
    await own.generate(first);
    await using client = await subscribe(own.url, watchAll);
    await client.take(2);
    await own.touch(second, 'later').catch(() => own.generate(second));
    await client.take(3);
    const ids = client.results.map(({ data }) => data?.taskStatusChanged['id']);
    expect(ids.slice(0, 3)).toEqual([second, first, second].map(({ id }) => toGlobalId(id)));
    expect(revisions(client.results)).toEqual(revisions(client.results).toSorted());
  });

  it('with after delivers the newest state of each task that changed since, deleted ones too, then live', async () => {
    await using own = await startPushServer();
    const [untouched, changed, deleted] = [await own.create(), await own.create(), await own.create()];
    await own.generate(untouched);
    const after = own.store.formatRevision(await own.store.lastRevision());
    await own.generate(changed);
    await own.touch(changed, 'once');
    await own.generate(deleted);
    await own.complete(deleted);
    await own.record(deleted, { kind: 'deleted' });
    await using client = await subscribe(own.url, watchAll, { after });
    await client.take(2);
    await own.touch(untouched, 'live');
    await client.take(3);
    expect(seen(client.results)).toEqual([
      ['GENERATING', 'once'],
      ['COMPLETED', 'success'],
      ['GENERATING', 'live'],
    ]);
    expect(client.results[1]?.data?.taskStatusChanged['deletedAt']).toEqual(expect.any(String));
  });

  it('misses nothing that commits while the subscription begins, and delivers nothing twice', async () => {
    await using own = await startPushServer();
    const tasks = await Promise.all(Array.from({ length: 40 }, () => own.create()));
    for (const task of tasks) await own.generate(task);
    const opening = Array.from({ length: 10 }, () => subscribe(own.url, watchAll));
    const changing = tasks.map(async (task) => {
      await own.touch(task, 'busy');
      await own.complete(task);
    });
    const clients = await Promise.all(opening);
    await Promise.all(changing);
    const last = await own.create({ label: 'last' });
    for (const client of clients) {
      await waitFor(
        'the last task',
        () => client.results,
        (results) => results.some(({ data }) => data?.taskStatusChanged['id'] === toGlobalId(last.id)),
      );
      const received = revisions(client.results);
      expect(received).toEqual([...new Set(received)].toSorted());
      const completed = client.results.filter(({ data }) => data?.taskStatusChanged['stage'] === 'COMPLETED');
      const open = tasks.filter(({ id }) =>
        client.results.some(({ data }) => data?.taskStatusChanged['id'] === toGlobalId(id)),
      );
      // Every task that was unfinished at the beginning is delivered to its end.
      expect(completed).toHaveLength(open.length);
      await client[Symbol.asyncDispose]();
    }
  });

  it.each([
    ['unreadable', 'yesterday'],
    ['of another database', '0000000000000001-zzzzzzzz'],
  ])('answers BAD_INPUT to an after that is %s, and ends', async (_what, after) => {
    await using client = await subscribe(server.url, watchAll, { after });
    await client.end();
    expect(client.results.map(({ errors }) => errors?.map(({ extensions }) => extensions.code))).toEqual([
      ['BAD_INPUT'],
    ]);
  });

  it('answers BAD_INPUT to an after from the future', async () => {
    const now = server.store.formatRevision(await server.store.lastRevision());
    const after = now.replace(/^\d+/, '9000000000000000');
    await using client = await subscribe(server.url, watchAll, { after });
    await client.end();
    expect(client.results[0]?.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('answers NOT_FOUND alike to an unknown, a malformed and a foreign id', async () => {
    const foreign = await server.create({ owner: 'key:other' as Owner });
    for (const id of [toGlobalId(foreign.id), toGlobalId(randomId() as TaskId), 'nonsense']) {
      await using client = await subscribe(server.url, watchOne, { id });
      await client.end();
      expect(client.results).toEqual([
        {
          ...client.results[0],
          errors: [
            expect.objectContaining({
              message: 'The viewer has no such task.',
              extensions: { code: 'NOT_FOUND' },
            }),
          ],
        },
      ]);
    }
  });

  it('gives each operation its own shape, whatever its text', async () => {
    const task = await server.generate(await server.create());
    const id = toGlobalId(task.id);
    await using aliased = await subscribe(
      server.url,
      `subscription ($id: ID!) { now: taskStatusChanged(id: $id) { ...Part } } fragment Part on VideoTask { state: stage h: history { stage } }`,
      { id },
    );
    await using typed = await subscribe(
      server.url,
      `subscription ($id: ID!, $more: Boolean = false) { taskStatusChanged(id: $id) { __typename id prompt @include(if: $more) } }`,
      { id },
    );
    await Promise.all([aliased.take(1), typed.take(1)]);
    await server.touch(task, 'next');
    await Promise.all([aliased.take(2), typed.take(2)]);
    const history = [{ stage: 'WAITING' }, { stage: 'SUBMITTING' }, { stage: 'GENERATING' }];
    const state = { data: { now: { state: 'GENERATING', h: history } } };
    expect(aliased.results).toEqual([state, state]);
    const named = { data: { taskStatusChanged: { __typename: 'VideoTask', id } } };
    expect(typed.results).toEqual([named, named]);
  });

  it('removes all listeners when 50 idle clients are gone without a close', async () => {
    await using own = await startPushServer();
    const task = await own.create();
    const clients = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0
          ? subscribe(own.url, watchOne, { id: toGlobalId(task.id) })
          : subscribe(own.url, `subscription { a${index}: taskStatusChanged { id } }`),
      ),
    );
    await Promise.all(clients.map((client) => client.take(1)));
    expect(own.listeners()).toBe(26);
    for (const client of clients) await client[Symbol.asyncDispose]();
    await waitFor('no listeners', own.listeners, (count) => count === 0);
  });

  it('keeps the newest state of each task for a reader that stops, at no cost to others', async () => {
    await using own = await startPushServer();
    const tasks = await Promise.all(Array.from({ length: 3 }, () => own.create()));
    for (const task of tasks) await own.generate(task);
    const query = watchAll.replace('providerStatus', 'providerStatus prompt');
    await using slow = await subscribe(own.url, query);
    await using healthy = await subscribe(own.url, watchAll);
    await Promise.all([slow.take(3), healthy.take(3)]);
    slow.pause();
    const filler = 'x'.repeat(64_000);
    // More than every buffer on the way holds.
    for (let round = 0; round < 150; round += 1) {
      for (const task of tasks) await own.touch(task, `${round} ${filler}`);
      // Both clients live in this process: they get their turn to read.
      await setImmediate();
    }
    for (const task of tasks) await own.complete(task);
    await waitFor(
      'the end of the healthy one',
      () => healthy.results,
      (results) => seen(results).filter(([stage]) => stage === 'COMPLETED').length === 3,
    );
    slow.resume();
    await waitFor(
      'the end of the slow one',
      () => slow.results,
      (results) => seen(results).filter(([stage]) => stage === 'COMPLETED').length === 3,
    );
    expect(slow.results.length).toBeLessThan(3 + 450 + 3);
    expect(healthy.results.length).toBeGreaterThan(slow.results.length);
    expect(revisions(slow.results)).toEqual([...new Set(revisions(slow.results))].toSorted());
  });

  it('cuts a reader that stays stalled, and it goes on from where it was', async () => {
    await using own = await startPushServer({ LIMIT_STALLED_MS: '200' });
    const task = await own.generate(await own.create());
    await using stalled = await subscribe(own.url, watchAll);
    const [first] = await stalled.take(1);
    stalled.pause();
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
    await own.complete(task);
    await using again = await subscribe(own.url, watchAll, { after: revisions(first ? [first] : [])[0] });
    await again.take(1);
    expect(seen(again.results)).toEqual([['COMPLETED', 'success']]);
  });
});
