import { setTimeout } from 'node:timers/promises';
import { nowUs } from './clock.ts';
import { answerParent } from './ipc.ts';
import { statusText } from './tasks.ts';

/** A server that takes part: it knows how to change the n-th task, and tells whoever subscribed to it. */
export interface Contestant {
  readonly url: string;
  /** Sets `providerStatus` of a task. */
  publish(index: number, providerStatus: string): void | Promise<void>;
  /** Brings a task to its end. */
  complete?(index: number, providerStatus: string): Promise<void>;
  /** How many subscriptions listen, where the server can tell. */
  listeners?(): number;
  /** Leaves nothing behind. */
  stop?(): PromiseLike<void>;
}

/** What a process has used so far, by its own accounting. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A run of changes: task after task from `first` on, over and over. */
export interface Publishing {
  readonly count: number;
  readonly perSecond: number;
  readonly tasks: number;
  readonly first?: number;
  readonly fillerBytes?: number;
  /** Every so many-th change of a task ends it. */
  readonly endsAfter?: number;
}

/** What the runner may ask of a contestant's process. */
export type ContestantHandlers = {
  start(options: { readonly tasks: number }): Promise<{ url: string }>;
  usage(argument: null): Usage;
  collect(argument: null): Promise<Usage>;
  publish(publishing: Publishing): Promise<{ seconds: number; peakRssBytes: number }>;
  completeAll(range: { readonly from: number; readonly to: number }): Promise<void>;
  listeners(argument: null): number | null;
};

/** Puts a contestant's process into the hands of the runner. */
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
        // As far as V8 can: pages that are free again go back to the system.
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

/** Publishes at an even pace. Who cannot keep it up is late, and makes up for nothing in a burst. */
async function publish(
  contestant: Contestant,
  { count, perSecond, tasks, first = 0, fillerBytes = 0, endsAfter = 0 }: Publishing,
): Promise<{ seconds: number; peakRssBytes: number }> {
  const filler = 'x'.repeat(fillerBytes);
  const startedAt = performance.now();
  let next = startedAt;
  let peakRssBytes = 0;
  for (let sent = 0; sent < count; sent += 1) {
    const index = first + (sent % tasks);
    const text = statusText(nowUs(), filler);
    const round = Math.floor(sent / tasks) + 1;
    if (endsAfter > 0 && round % endsAfter === 0) await contestant.complete?.(index, text);
    else await contestant.publish(index, text);
    if (sent % 100 === 0) peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
    next = Math.max(next + 1000 / perSecond, performance.now() - 20);
    // Timers are a millisecond coarse: what is due within one goes out together.
    const waitMs = next - performance.now();
    if (waitMs > 0.5) await setTimeout(waitMs);
  }
  return { seconds: (performance.now() - startedAt) / 1000, peakRssBytes };
}
