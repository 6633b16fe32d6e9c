import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { TaskFeed } from '../../src/events/feed.ts';
import { Subscriber, type Sink } from '../../src/events/subscriber.ts';
import { TaskStreams, type TaskStream } from '../../src/events/task-stream.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { overEventStream } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { local, sampleTask } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const many = 120;
/** A state of the one task; only the revision matters here. */
const state = (revision: number) => ({ ...sampleTask(), revision }) as VideoTask;

/** A stream with many live subscribers, which note their messages: one list for each call. */
async function startStream(
  stack: AsyncDisposableStack,
  onSend: (subscriber: number, payloads: readonly string[]) => void = () => {},
): Promise<{ stream: TaskStream; calls: string[][][]; feed: TaskFeed; leave: () => void }> {
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const log = pino({ level: 'silent' });
  const feed = stack.use(await TaskFeed.open(store, log, new Metrics(log)));
  const stream = new TaskStreams(feed, log).open('all', { owner: local, id: null }, (task) =>
    String(task.revision),
  );
  const calls: string[][][] = [];
  const subscribers: Subscriber[] = [];
  for (let index = 0; index < many; index += 1) {
    const own: string[][] = [];
    calls.push(own);
    const sink: Sink = {
      send: (payloads) => {
        own.push([...payloads]);
        onSend(index, payloads);
      },
      isWritable: () => true,
      whenWritable: (resume) => resume(),
      end: () => {},
      fail: () => {},
    };
    const subscriber = new Subscriber(stream, sink, () => {});
    subscribers.push(subscriber);
    await subscriber.begin(store, { kind: 'after', counter: feed.position });
  }
  const leave = () => {
    for (const subscriber of subscribers) subscriber[Symbol.dispose]();
  };
  return { stream, calls, feed, leave };
}

/** Takes so long that the stream rests for a while after its delivery. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a stream with many subscribers', () => {
  it('loses no change, in whichever microtask after another one it comes', async () => {
    await using stack = new AsyncDisposableStack();
    const { stream, calls } = await startStream(stack);
    const expected: string[] = [];
    const publish = () => {
      expected.push(String(expected.length + 1));
      stream.onChange(state(expected.length));
    };
    for (let gap = 0; gap < 30; gap += 1) {
      publish();
      for (let microtask = 0; microtask < gap; microtask += 1) await Promise.resolve();
      publish();
      const all = expected.length;
      await waitFor(
        `both changes, ${gap} microtasks apart`,
        () => Math.min(...calls.map((own) => own.flat().length)),
        (count) => count >= all,
      );
    }
    for (const own of calls) expect(own.flat()).toEqual(expected);
  });

  it('writes the changes that come while it rests after a delivery together, at most 20 at once', async () => {
    await using stack = new AsyncDisposableStack();
    const { stream, calls } = await startStream(stack, (subscriber, payloads) => {
      if (subscriber !== many - 1 || payloads[0] !== '1') return;
      work(5);
      for (let revision = 2; revision <= 24; revision += 1) stream.onChange(state(revision));
    });
    stream.onChange(state(1));
    await waitFor(
      'all changes',
      () => calls.map((own) => own.flat().at(-1)),
      (last) => last.every((revision) => revision === '24'),
    );
    for (const own of calls) expect(own.map(({ length }) => length)).toEqual([1, 20, 3]);
    expect(calls[0]?.flat()).toEqual(Array.from({ length: 24 }, (_, index) => String(index + 1)));
  });

  it('whose subscribers leave during the rest sends nothing more, and has no listener left', async () => {
    await using stack = new AsyncDisposableStack();
    const { stream, feed, calls, leave } = await startStream(stack, (subscriber) => {
      if (subscriber === 0) work(5);
      if (subscriber !== many - 1) return;
      stream.onChange(state(2));
      queueMicrotask(leave);
    });
    stream.onChange(state(1));
    await waitFor('the end', () => feed.listenerCount === 0);
    await setImmediate();
    expect(calls.map((own) => own.flat())).toEqual(calls.map(() => ['1']));
  });
});

describe('changes that are written together', () => {
  it('are a message each, in order, on ws and SSE', async () => {
    await using server = await startPushServer();
    const query = 'subscription { taskStatusChanged { revision } }';
    await using raw = await RawSocket.connect(server.url);
    await using events = await overEventStream(server.url, query);
    const ids = Array.from({ length: many }, (_, index) => `${index}`);
    for (const id of ids) raw.subscribe(id, query);
    await raw.next(({ type }) => type === 'connection_ack');
    await server.create();
    await waitFor(
      'the first state of each',
      () => raw.messages.length,
      (count) => count >= 1 + many,
    );
    const created = await Promise.all(Array.from({ length: 30 }, () => server.create()));
    const task = created[0];
    if (task === undefined) throw new Error('There is no task');
    await server.generate(task);
    await server.complete(task);
    const total = 1 + 30 + 3;
    await waitFor(
      'every state of each',
      () => raw.messages.length,
      (count) => count >= 1 + many * total,
    );
    await events.take(total);
    const expected = Array.from({ length: total }, (_, index) => server.store.formatRevision(index + 1));
    const revisionsOf = (results: readonly unknown[]) =>
      (results as { data: { taskStatusChanged: { revision: string } } }[]).map(
        ({ data }) => data.taskStatusChanged.revision,
      );
    expect(revisionsOf(events.results)).toEqual(expected);
    for (const id of ids) {
      const own = raw.messages.filter((message) => message.id === id).map(({ payload }) => payload);
      expect(revisionsOf(own)).toEqual(expected);
    }
  });
});
