import { setTimeout } from 'node:timers/promises';
import { nowUs } from './clock.ts';
import { answerParent } from './ipc.ts';
import { statusText } from './tasks.ts';

/** A measured server: changes the n-th task, and sends the change to its subscribers. */
export interface Contestant {
  readonly url: string;
  /** Sets `providerStatus` of a task. */
  publish(index: number, providerStatus: string): void | Promise<void>;
  /** Completes a task. */
  complete?(index: number, providerStatus: string): Promise<void>;
  /** Number of active subscriptions, where the server knows it. */
  listeners?(): number;
  /** Releases everything. */
  stop?(): PromiseLike<void>;
}

/** Resources used by a process so far, by its own accounting. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A series of changes: task after task from `first` on, repeatedly. */
export interface Publishing {
  readonly count: number;
  readonly perSecond: number;
  readonly tasks: number;
  readonly first?: number;
  readonly fillerBytes?: number;
  /** Each change of a task with a multiple of this number completes it; 0: none does. */
  readonly endsAfter?: number;
}

/** Calls that the runner makes to a contestant's process. */
export type ContestantHandlers = {
  start(options: { readonly tasks: number }): Promise<{ url: string }>;
  usage(argument: null): Usage;
  collect(argument: null): Promise<Usage>;
  publish(publishing: Publishing): Promise<{ seconds: number; peakRssBytes: number }>;
  completeAll(range: { readonly from: number; readonly to: number }): Promise<void>;
  listeners(argument: null): number | null;
};

/** Lets the runner control the process of a contestant. */
export function takePart(start: (tasks: number) => Promise<Contestant>): void {
  let contestant: Contestant | undefined;
  const started = () => {
    if (contestant === undefined) throw new Error('Not started');
    return contestant;
  };
  const handlers = {
    start: async ({ tasks }) => {
      contestant = await start(tasks);
      return { url: contestant.url };
    },
    usage,
    collect: async () => {
      for (let round = 0; round < 5; round += 1) {
        // As far as V8 can: free pages go back to the system.
        globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
        await setTimeout(100);
      }
      return usage();
    },
    publish: (publishing) => publish(started(), publishing),
    completeAll: async ({ from, to }) => {
      for (let index = from; index < to; index += 1) {
        await started().complete?.(index, statusText(nowUs(), ''));
      }
    },
    listeners: () => started().listeners?.() ?? null,
  } satisfies ContestantHandlers;
  answerParent(handlers, () => contestant?.stop?.());
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed + external };
}

/** Changes that may be under way at once. */
const publishedAtOnce = 100;

/**
 * Publishes at an even pace, as changes come from many providers at once: none waits for the one before it. A contestant
 * that cannot keep up is late, and catches up without a burst.
 */
async function publish(
  contestant: Contestant,
  { count, perSecond, tasks, first = 0, fillerBytes = 0, endsAfter = 0 }: Publishing,
): Promise<{ seconds: number; peakRssBytes: number }> {
  const filler = 'x'.repeat(fillerBytes);
  const startedAt = performance.now();
  let next = startedAt;
  let peakRssBytes = 0;
  const underWay = new Set<Promise<void>>();
  for (let sent = 0; sent < count; sent += 1) {
    const index = first + (sent % tasks);
    const text = statusText(nowUs(), filler);
    const round = Math.floor(sent / tasks) + 1;
    const change =
      endsAfter > 0 && round % endsAfter === 0
        ? contestant.complete?.(index, text)
        : contestant.publish(index, text);
    if (change !== undefined) {
      const written = change.finally(() => underWay.delete(written));
      underWay.add(written);
      if (underWay.size >= publishedAtOnce) await Promise.race(underWay);
    }
    if (sent % 100 === 0) peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
    next = Math.max(next + 1000 / perSecond, performance.now() - 20);
    // Timers have a resolution of a millisecond: changes due within one are published together.
    const waitMs = next - performance.now();
    if (waitMs > 0.5) await setTimeout(waitMs);
  }
  await Promise.all(underWay);
  return { seconds: (performance.now() - startedAt) / 1000, peakRssBytes };
}
