import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { TaskFeed } from '../../src/events/feed.ts';
import { Subscriber, type Sink } from '../../src/events/subscriber.ts';
import { TaskStreams } from '../../src/events/task-stream.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { Store } from '../../src/store/store.ts';
import { overEventStream, overWebSocket, type Result } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';

const stages = 'subscription ($id: ID!) { taskStatusChanged(id: $id) { stage } }';
const histories = 'subscription ($id: ID!) { taskStatusChanged(id: $id) { stage history { stage } } }';

/** A disk that fails for a while. */
const fail = () => Promise.reject(new Error('the disk is gone'));

describe('one subscriber', () => {
  it.each([
    ['graphql-transport-ws', overWebSocket],
    ['server-sent events', overEventStream],
  ])('whose resolvers fail touches no other stream, over %s', async (_name, subscribe) => {
    await using server = await startPushServer();
    const task = await server.create();
    const id = toGlobalId(task.id);
    await using failing = await subscribe(server.url, histories, { id });
    await using healthy = await subscribe(server.url, stages, { id });
    await Promise.all([failing.take(1), healthy.take(1)]);
    server.store.history = fail;
    await server.generate(task);
    await failing.take(3);
    Reflect.deleteProperty(server.store, 'history');
    await server.complete(task);
    await Promise.all([failing.end(), healthy.end()]);
    const stageOf = (stage: string) => ({ data: { taskStatusChanged: { stage } } });
    expect(healthy.results).toEqual(['WAITING', 'SUBMITTING', 'GENERATING', 'COMPLETED'].map(stageOf));
    expect(failing.results.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      undefined,
      'INTERNAL',
      'INTERNAL',
      undefined,
    ]);
  });

  it('receives an error if the store fails at the beginning, and its socket continues', async () => {
    await using server = await startPushServer();
    const [task, other] = [await server.create(), await server.create()];
    await using raw = await RawSocket.connect(server.url);
    raw.subscribe('good', stages, { id: toGlobalId(task.id) });
    await raw.next(({ type }) => type === 'next');
    server.store.getOwn = fail;
    raw.subscribe('bad', stages, { id: toGlobalId(other.id) });
    expect((await raw.next(({ id }) => id === 'bad')).payload).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL' } }],
    });
    Reflect.deleteProperty(server.store, 'getOwn');
    await server.generate(task);
    await server.complete(task);
    await raw.next(({ id, type }) => id === 'good' && type === 'complete');
    expect(raw.typesOf('good')).toEqual(['next', 'next', 'next', 'next', 'complete']);
    await waitFor('no listeners', server.listeners, (count) => count === 0);
  });

  it('that joins while a change is committed receives that change, whatever its stored states show', async () => {
    await using server = await startPushServer();
    const task = await server.generate(await server.create());
    const { store } = server;
    const gate = Promise.withResolvers<void>();
    let held = false;
    // The feed reads the change late; everything else sees it at once.
    const slowly: Store = Object.assign(Object.create(store) as Store, {
      changesAfter: async (...[counter, scope]: Parameters<Store['changesAfter']>) => {
        if (held) await gate.promise;
        return store.changesAfter(counter, scope);
      },
      onRevision: (listener: () => void) => store.onRevision(listener),
      lastRevision: () => store.lastRevision(),
    });
    const log = pino({ level: 'silent' });
    await using feed = await TaskFeed.open(slowly, log, new Metrics(log));
    const received: string[] = [];
    const sink: Sink = {
      send: (payloads) => void received.push(...payloads),
      isWritable: () => true,
      whenWritable: (resume) => resume(),
      end: () => {},
      fail: () => {},
    };
    const watch = { owner: task.owner, id: null };
    const stream = new TaskStreams(feed, log).open('all', watch, ({ stage }) => stage);
    held = true;
    using subscriber = new Subscriber(stream, sink, () => {});
    await server.complete(task);
    await subscriber.begin(store, { kind: 'present' });
    gate.resolve();
    await waitFor('the end', () => received.includes('COMPLETED'));
    expect(received).toEqual(['COMPLETED']);
  });

  it('that is gone while its first message waits for a slow reader leaves no listener', async () => {
    await using server = await startPushServer();
    const [busy, quiet] = [await server.create(), await server.create()];
    await server.generate(busy);
    await using raw = await RawSocket.connect(server.url);
    raw.subscribe('1', 'subscription { taskStatusChanged { providerStatus } }');
    await raw.next(({ type }) => type === 'next');
    raw.socket.pause();
    const filler = 'x'.repeat(64_000);
    for (let round = 0; round < 150; round += 1) await server.touch(busy, `${round} ${filler}`);
    raw.subscribe('2', stages, { id: toGlobalId(quiet.id) });
    await waitFor('two listeners', server.listeners, (count) => count === 2);
    raw.socket.terminate();
    expect(await waitFor('no listeners', server.listeners, (count) => count === 0)).toBe(0);
  });

  it('that completes and subscribes again under the same id, in one breath, is one subscriber', async () => {
    await using server = await startPushServer();
    const task = await server.create();
    const payload = { query: stages, variables: { id: toGlobalId(task.id) } };
    {
      await using raw = await RawSocket.connect(server.url);
      raw.send({ id: 'a', type: 'subscribe', payload });
      raw.send({ id: 'a', type: 'complete' });
      raw.send({ id: 'a', type: 'subscribe', payload });
      raw.send({ type: 'ping' });
      await raw.next(({ type }) => type === 'pong');
      await raw.next(({ type }) => type === 'next');
      await server.generate(task);
      await server.complete(task);
      await raw.next(({ type }) => type === 'complete');
      const received = raw.messages.flatMap(({ payload: result }) =>
        result === undefined ? [] : [(result as Result).data?.taskStatusChanged['stage']],
      );
      // The first one may have had time to send the present state.
      expect(received.filter((stage) => stage !== 'WAITING')).toEqual([
        'SUBMITTING',
        'GENERATING',
        'COMPLETED',
      ]);
      expect(raw.typesOf('a').filter((type) => type === 'complete')).toHaveLength(1);
    }
    expect(await waitFor('no listeners', server.listeners, (count) => count === 0)).toBe(0);
  });
});

describe('limits that are reached in one breath', () => {
  it('hold for the subscriptions of an owner', async () => {
    await using server = await startPushServer({ LIMIT_SUBSCRIPTIONS_PER_OWNER: '2' });
    const task = await server.create();
    await using raw = await RawSocket.connect(server.url);
    const ids = ['1', '2', '3', '4', '5'];
    for (const id of ids) raw.subscribe(id, stages, { id: toGlobalId(task.id) });
    const answers = await Promise.all(ids.map((id) => raw.next((message) => message.id === id)));
    const refused = answers.filter(({ payload }) => JSON.stringify(payload).includes('LIMIT_EXCEEDED'));
    expect(refused).toHaveLength(3);
    expect(server.listeners()).toBe(1);
  });
});
