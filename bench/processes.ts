import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { apiKey, type Entry } from './contestants.ts';
import type { ContestantHandlers, Publishing } from './contestant.ts';
import { Caller, type Handlers } from './ipc.ts';
import type { Operations } from './operations.ts';
import type { SubscriberHandlers } from './subscribers.ts';

/** Time for a process to exit after the request to do so; then it is killed. */
const endWaitMs = 5000;

/** A child process that exits with its owner. */
export interface Child<H extends Handlers> extends AsyncDisposable {
  readonly call: Caller<H>['call'];
}

/** Starts a process that the runner calls. Its environment has none of the developer's own settings, and `env`. */
export function start<H extends Handlers>(
  file: string,
  nodeOptions: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child<H> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp', BENCH_NODE_OPTIONS = '' } = process.env;
  const profiling =
    BENCH_NODE_OPTIONS === '' || file.endsWith('subscribers.ts') ? [] : BENCH_NODE_OPTIONS.split(' ');
  const child = fork(file, {
    execArgv: [...nodeOptions, ...profiling],
    env: { PATH, HOME, TMPDIR, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const caller = new Caller<H>(child);
  return { call: caller.call.bind(caller), [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const kill = setTimeout(() => child.kill('SIGKILL'), endWaitMs);
  if (child.connected) child.disconnect();
  await ended;
  clearTimeout(kill);
}

/** A contestant's server with a process of subscribers of its own. */
export class Match implements AsyncDisposable {
  readonly entry: Entry;
  readonly server: Child<ContestantHandlers>;
  readonly subscribers: Child<SubscriberHandlers>;
  readonly url: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    entry: Entry,
    server: Child<ContestantHandlers>,
    subscribers: Child<SubscriberHandlers>,
    url: string,
    stack: AsyncDisposableStack,
  ) {
    this.entry = entry;
    this.server = server;
    this.subscribers = subscribers;
    this.url = url;
    this.#stack = stack;
  }

  /** Starts both; the server has this number of tasks. */
  static async start(entry: Entry, tasks: number): Promise<Match> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(start<ContestantHandlers>(entry.file, ['--expose-gc', '--no-warnings']));
    const subscribers = stack.use(
      start<SubscriberHandlers>(fileURLToPath(new URL('./subscribers.ts', import.meta.url)), []),
    );
    const { url } = await server.call('start', { tasks });
    return new Match(entry, server, subscribers, url, stack.move());
  }

  /** Opens sockets with one subscription each. */
  async open(count: number, tasks: number, operations: Operations): Promise<void> {
    const { url } = this;
    const { protocol } = this.entry;
    await this.subscribers.call('open', { url, protocol, authorization: apiKey, count, tasks, operations });
  }

  /** Publishes until every subscriber has received a message: the code is warm then. */
  async warmUp(publishing: Publishing, subscribers: number): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      await this.server.call('publish', publishing);
      await this.settle(Number.POSITIVE_INFINITY, 300);
      if ((await this.subscribers.call('reached', null)) >= subscribers) {
        await this.subscribers.call('reset', null);
        return;
      }
    }
    throw new Error(`${this.entry.name}: not all of ${subscribers} subscribers received a message`);
  }

  /** Waits until this number of messages has arrived, or until no more arrive; returns the number. */
  async settle(expected: number, patienceMs = 5000): Promise<number> {
    let seen = -1;
    let since = performance.now();
    for (;;) {
      const { messages } = await this.subscribers.call('received', null);
      if (messages >= expected) return messages;
      if (messages !== seen) {
        seen = messages;
        since = performance.now();
      } else if (performance.now() - since > patienceMs) {
        return messages;
      }
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
  }

  /** CPU of the server for each delivered message, in microseconds, and the course of the round. */
  async measure(publishing: Publishing, expected: number): Promise<Measured> {
    await this.subscribers.call('reset', null);
    const before = await this.server.call('usage', null);
    const { seconds, peakRssBytes } = await this.server.call('publish', publishing);
    const delivered = await this.settle(expected);
    const after = await this.server.call('usage', null);
    const { bytes } = await this.subscribers.call('received', null);
    return {
      cpuUsPerMessage: (after.cpuUs - before.cpuUs) / delivered,
      bytesPerMessage: bytes / delivered,
      lost: expected - delivered,
      changesPerSecond: publishing.count / seconds,
      peakRssBytes,
      latency: await this.subscribers.call('latency', null),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** One round of one contestant. */
export interface Measured {
  readonly cpuUsPerMessage: number;
  readonly bytesPerMessage: number;
  readonly lost: number;
  readonly changesPerSecond: number;
  readonly peakRssBytes: number;
  readonly latency: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
}
