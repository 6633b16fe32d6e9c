import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { TaskFeed } from '../../src/events/feed.ts';
import { Subscriber, type Sink } from '../../src/events/subscriber.ts';
import { TaskStreams, type Render } from '../../src/events/task-stream.ts';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { overEventStream, overWebSocket } from '../support/push-client.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { local } from '../support/sample-task.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchLoop } from '../support/watch-loop.ts';

const all = 'subscription ($after: String) { taskStatusChanged(after: $after) { id revision } }';

/** A sink that records what it receives. */
function noting(): Sink & { readonly received: string[] } {
  const received: string[] = [];
  return {
    received,
    send: (payloads) => void received.push(...payloads),
    isWritable: () => true,
    whenWritable: (resume) => resume(),
    end: () => void received.push('end'),
    fail: () => void received.push('fail'),
  };
}

/** Counts the reads of stored states of one owner. */
function countReads({ store }: PushServer): () => number {
  const read = store.changesAfter.bind(store);
  let reads = 0;
  store.changesAfter = (counter, scope) => {
    if (scope.owner !== undefined) reads += 1;
    return read(counter, scope);
  };
  return () => reads;
}

describe('a subscription that cannot go on', () => {
  it.each([
    ['graphql-transport-ws', overWebSocket],
    ['server-sent events', overEventStream],
  ])('receives an error instead of a normal end, over %s', async (_name, subscribe) => {
    await using server = await startPushServer();
    await server.create();
    server.store.changesAfter = () => Promise.reject(new Error('the disk is gone'));
    await using client = await subscribe(server.url, all);
    await client.end();
    expect(client.results.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(['INTERNAL']);
    await waitFor('no listeners', server.listeners, (count) => count === 0);
  });

  const throwing: [string, (stage: string) => Render][] = [
    [
      'throws',
      (stage) => (task) => {
        if (task.stage === stage) throw new Error('no words');
        return task.stage;
      },
    ],
    [
      'rejects',
      (stage) => (task) =>
        task.stage === stage ? Promise.reject(new Error('no words')) : Promise.resolve(task.stage),
    ],
  ];
  it.each(
    throwing.flatMap(([how, render]) =>
      ['GENERATING', 'COMPLETED'].map((stage) => [how, stage, render(stage)] as const),
    ),
  )('because rendering %s at %s leaves out no state in silence', async (_how, stage, render) => {
    await using server = await startPushServer();
    const log = pino({ level: 'silent' });
    await using feed = await TaskFeed.open(server.store, log, new Metrics(log));
    const task = await server.create();
    const streams = new TaskStreams(feed, log);
    const sinks = [noting(), noting()];
    for (const [index, sink] of sinks.entries()) {
      const watch = { owner: task.owner, id: index === 0 ? task.id : null };
      const subscriber = new Subscriber(streams.open(`stream ${index}`, watch, render), sink, () => {});
      await subscriber.begin(server.store, { kind: 'present' });
      await waitFor('the present state', () => sink.received.length);
    }
    await server.generate(task);
    await server.complete(task);
    for (const { received } of sinks) {
      await waitFor('the failure', () => received.includes('fail'));
      expect(received).toEqual([
        ...['WAITING', 'SUBMITTING', 'GENERATING'].slice(0, stage === 'COMPLETED' ? 3 : 2),
        'fail',
      ]);
    }
    expect(feed.listenerCount).toBe(0);
  });
});

describe('many who catch up at once', () => {
  it('share the reads of stored states, and each gets every one in order', async () => {
    await using server = await startPushServer();
    const tasks: VideoTask[] = [];
    for (let index = 0; index < 250; index += 1) tasks.push(await server.create());
    const reads = countReads(server);
    await using raw = await RawSocket.connect(server.url);
    const ids = Array.from({ length: 50 }, (_, index) => `${index}`);
    for (const id of ids) raw.subscribe(id, all);
    await waitFor(
      'every state',
      () => raw.messages.length,
      (count) => count >= 1 + ids.length * tasks.length,
    );
    const expected = tasks.map(({ revision }) => server.store.formatRevision(revision));
    const seen = new Map<string, unknown[]>(ids.map((id) => [id, []]));
    for (const { id = '', payload } of raw.messages) {
      const { data } = (payload ?? {}) as { data?: { taskStatusChanged: { revision: string } } };
      if (data !== undefined) seen.get(id)?.push(data.taskStatusChanged.revision);
    }
    for (const id of ids) expect(seen.get(id)).toEqual(expected);
    // Two or three pages each would be 100 to 150.
    expect(reads()).toBeLessThan(30);
  });

  it('share a stream, wherever each begins', async () => {
    await using server = await startPushServer();
    const tasks: VideoTask[] = [];
    for (let index = 0; index < 6; index += 1) tasks.push(await server.create());
    await using raw = await RawSocket.connect(server.url);
    for (const [index, { revision }] of tasks.entries()) {
      raw.subscribe(`${index}`, all, {
        after: server.store.formatRevision(revision),
        other: 'x'.repeat(index),
      });
    }
    await raw.next(({ id }) => id === '0');
    await waitFor(
      '15 states',
      () => raw.messages.length,
      (count) => count >= 1 + 15,
    );
    expect(server.listeners()).toBe(1);
    const last = await server.create();
    await waitFor(
      'one more for each',
      () => raw.messages.length,
      (count) => count >= 1 + 15 + 6,
    );
    for (const [index] of tasks.entries()) {
      const received = raw.messages
        .filter(({ id }) => id === `${index}`)
        .map(({ payload }) => JSON.stringify(payload));
      expect(received).toHaveLength(tasks.length - index);
      expect(received.at(-1)).toContain(server.store.formatRevision(last.revision));
    }
  });
});

describe('long work of subscriptions lets others in between', () => {
  it('many different texts of one owner', async () => {
    await using server = await startPushServer();
    await using raw = await RawSocket.connect(server.url);
    const count = 1500;
    using opening = watchLoop();
    for (let index = 0; index < count; index += 1) {
      raw.subscribe(
        `${index}`,
        `subscription { taskStatusChanged { a${index}: id status prompt history { stage at } revision } }`,
      );
    }
    await waitFor('every stream', server.listeners, (listeners) => listeners === count);
    expect(opening.longestMs()).toBeLessThan(300);
    using watch = watchLoop();
    await server.create();
    await waitFor(
      'every event',
      () => raw.messages.length,
      (messages) => messages >= 1 + count,
    );
    expect(watch.longestMs()).toBeLessThan(300);
  });

  it('a replay of what is long to render', async () => {
    await using server = await startPushServer();
    const before = server.store.formatRevision(await server.store.lastRevision());
    for (let index = 0; index < 300; index += 1) await server.create({ owner: local });
    // Long to make and short to write: a reader that is behind would let others in.
    const fields = Array.from({ length: 390 }, (_, index) => `a${index}: id @skip(if: true)`).join(' ');
    const query = `subscription ($after: String) { taskStatusChanged(after: $after) { id ${fields} } }`;
    await using raw = await RawSocket.connect(server.url);
    using watch = watchLoop();
    raw.subscribe('1', query, { after: before });
    await waitFor(
      'every change',
      () => raw.messages.length,
      (messages) => messages >= 1 + 300,
    );
    expect(watch.longestMs()).toBeLessThan(200);
  });
});
