import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pointedAt, startSimulatorProcess, type Program } from '../../test/support/processes.ts';
import { queryAt } from '../../test/support/start-app.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { apiKey, peers, rawWs } from '../contestants.ts';
import { Match, start, type Child, type Measured } from '../processes.ts';
import { atMost, median, rounded, type Result, type Row } from '../report.ts';
import { inRounds } from '../rounds.ts';
import type { SubscriberHandlers } from '../subscribers.ts';
import type { WholeServerHandlers } from '../whole-server.ts';

const secondsForRounds = 120;
const server = fileURLToPath(new URL('../whole-server.ts', import.meta.url));
const subscribersFile = fileURLToPath(new URL('../subscribers.ts', import.meta.url));
/** A followed task is announced, and then completed; sometimes the provider's status is seen in between. */
const statesOfTask = 2;

/** The sizes of one run. */
export interface FeedSettings {
  readonly subscribers: number;
  readonly tasks: number;
  /** Tasks that begin in each second; each brings two changes. */
  readonly perSecond: number;
  readonly rounds: number;
}

/** One round of one server. */
type Cost = Pick<Measured, 'cpuUsPerMessage' | 'bytesPerMessage' | 'latency'>;

/**
 * The whole product with subscribers of all tasks: each task is followed by its provider's id, checked, its video is
 * copied, and it completes. All CPU of the server counts, for each delivered message; the others send as many messages
 * about changes that cost them nothing. Latencies are from before the change at the others, and from the change itself
 * (`updatedAt`, whole milliseconds) here.
 */
export async function feed({ subscribers, tasks, perSecond, rounds }: FeedSettings): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const changes = tasks * statesOfTask;
  const expected = changes * subscribers;
  const publishing = { count: changes, perSecond: perSecond * statesOfTask, tasks: 1 };
  const others: { match: Match; rounds: Cost[] }[] = [];
  for (const entry of [rawWs, ...peers.filter(({ name }) => name.startsWith('Mercurius'))]) {
    const match = stack.use(await Match.start(entry, 1));
    await match.open(subscribers, 1, 'plain');
    await match.warmUp({ count: 30, perSecond: 30, tasks: 1 }, subscribers);
    others.push({ match, rounds: [] });
  }
  const product = stack.use(await Product.start(subscribers));
  await product.measure(Math.ceil(tasks / 4), perSecond);
  const ourRounds: Cost[] = [];
  await inRounds(rounds, secondsForRounds, async () => {
    for (const { match, rounds: own } of others) own.push(await match.measure(publishing, expected));
    ourRounds.push(await product.measure(tasks, perSecond));
  });
  const costOf = (own: readonly Cost[]) => median(own.map(({ cpuUsPerMessage }) => cpuUsPerMessage));
  const [raw = Number.NaN, mercurius = Number.NaN] = others.map((other) => costOf(other.rounds));
  const ours = costOf(ourRounds);
  const row = (name: string, own: readonly Cost[]): Row => ({
    server: name,
    'CPU µs/message': rounded(costOf(own)),
    '× raw ws': rounded(costOf(own) / raw),
    'bytes/message': Math.round(median(own.map(({ bytesPerMessage }) => bytesPerMessage))),
    'p50 ms': rounded(median(own.map(({ latency }) => latency.p50))),
    'p95 ms': rounded(median(own.map(({ latency }) => latency.p95))),
  });
  return {
    scenario: 'feed',
    what:
      `${subscribers} subscribers of all tasks; ${perSecond} tasks/s are followed, checked, copied and completed, ` +
      `median of ${ourRounds.length} rounds of ${tasks} tasks.`,
    rows: [
      ...others.map(({ match, rounds: own }) => row(match.entry.name, own)),
      row('Reelay, all of it', ourRounds),
    ],
    rounds: {
      ours: ourRounds,
      others: others.map(({ match, rounds: own }) => ({ server: match.entry.name, own })),
    },
    targets: [
      atMost('CPU per message, ours / raw ws', ours / raw, 1.25),
      atMost('CPU per message, ours / Mercurius', ours / mercurius, 0.333),
    ],
  };
}

/** The whole server, the simulated provider, and its subscribers: a process each. */
class Product implements AsyncDisposable {
  readonly #simulator: Program;
  readonly #server: Child<WholeServerHandlers>;
  readonly #subscribers: Child<SubscriberHandlers>;
  readonly #url: string;
  readonly #count: number;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: {
      readonly simulator: Program;
      readonly server: Child<WholeServerHandlers>;
      readonly subscribers: Child<SubscriberHandlers>;
    },
    url: string,
    count: number,
    stack: AsyncDisposableStack,
  ) {
    this.#simulator = parts.simulator;
    this.#server = parts.server;
    this.#subscribers = parts.subscribers;
    this.#url = url;
    this.#count = count;
    this.#stack = stack;
  }

  static async start(count: number): Promise<Product> {
    await using stack = new AsyncDisposableStack();
    const simulator = stack.use(await startSimulatorProcess('--duration-ms', '0', '--creates-per-10s', '0'));
    const folder = stack.use(await temporaryFolder());
    const child = stack.use(start<WholeServerHandlers>(server, ['--no-warnings']));
    const { url } = await child.call('start', {
      ...pointedAt(simulator, join(folder.path, 'data')),
      KIE_CONTRACT: 'veo',
      API_KEYS: `bench:${apiKey}`,
    });
    const subscribers = stack.use(start<SubscriberHandlers>(subscribersFile, []));
    await subscribers.call('open', {
      url,
      protocol: 'graphql-transport-ws',
      authorization: apiKey,
      count,
      tasks: 1,
      operations: 'feed',
    });
    return new Product({ simulator, server: child, subscribers }, url, count, stack.move());
  }

  /** The cost of each message, while tasks are followed to their end. */
  async measure(tasks: number, perSecond: number): Promise<Cost> {
    const ids: string[] = [];
    for (let made = 0; made < tasks; made += 1) ids.push(await this.#make());
    await this.#subscribers.call('reset', null);
    const before = await this.#server.call('cpuUs');
    let next = performance.now();
    const calls: Promise<void>[] = [];
    for (const id of ids) {
      calls.push(this.#track(id));
      next += 1000 / perSecond;
      await setTimeout(Math.max(0, next - performance.now()));
    }
    await Promise.all(calls);
    const expected = tasks * statesOfTask * this.#count;
    const delivered = await this.#settle(expected);
    if (delivered < expected) throw new Error(`${delivered} messages instead of ${expected}`);
    const cpuUsPerMessage = ((await this.#server.call('cpuUs')) - before) / delivered;
    const { bytes } = await this.#subscribers.call('received', null);
    const latency = await this.#subscribers.call('latencyOfOthers', null);
    return { cpuUsPerMessage, bytesPerMessage: bytes / delivered, latency };
  }

  /** A task of the provider that nobody follows yet. */
  async #make(): Promise<string> {
    const response = await fetch(`${this.#simulator.url}/api/v1/veo/generate`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'made elsewhere', model: 'veo3_fast' }),
    });
    return ((await response.json()) as { data: { taskId: string } }).data.taskId;
  }

  async #track(providerTaskId: string): Promise<void> {
    await queryAt(
      this.#url,
      'mutation ($input: TrackVideoTaskInput!) { trackVideoTask(input: $input) { task { id } } }',
      { input: { provider: 'KIE', providerTaskId } },
      apiKey,
    );
  }

  /** Waits until at least so many states have arrived and no more do, or none has for some seconds; returns their number. */
  async #settle(expected: number): Promise<number> {
    let seen = -1;
    let since = performance.now();
    for (;;) {
      const { others } = await this.#subscribers.call('received', null);
      if (others !== seen) {
        seen = others;
        since = performance.now();
      } else if (performance.now() - since > (others < expected ? 5000 : 300)) return others;
      await setTimeout(50);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
