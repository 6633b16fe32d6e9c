import { peers, rawWs, reelay } from '../contestants.ts';
import { Match } from '../processes.ts';
import { atMost, median, rounded, type Result } from '../report.ts';

/** Enough sockets that the buffers, caches and code of the first ones are allocated; they stay open. */
const warmUpSockets = 300;

/** Resident memory for each idle subscription, each on its own socket and task. */
export async function memory({
  subscribers,
  rounds,
}: {
  readonly subscribers: number;
  readonly rounds: number;
}): Promise<Result> {
  const contestants = [rawWs, reelay, ...peers].map((entry) => ({
    entry,
    rss: [] as number[],
    heap: [] as number[],
  }));
  const tasks = warmUpSockets + subscribers;
  for (let round = 0; round < rounds; round += 1) {
    for (const { entry, rss, heap } of contestants) {
      await using match = await Match.start(entry, tasks);
      const { server } = match;
      await match.open(warmUpSockets, tasks, 'plain');
      await match.warmUp({ count: warmUpSockets, perSecond: 1000, tasks: warmUpSockets }, warmUpSockets);
      const before = await server.call('collect', null);
      await match.open(subscribers, tasks, 'plain');
      const after = await server.call('collect', null);
      // Proves that all subscriptions are active; not part of the figure.
      await match.warmUp({ count: tasks, perSecond: 2000, tasks }, tasks);
      rss.push((after.rssBytes - before.rssBytes) / subscribers);
      heap.push((after.heapBytes - before.heapBytes) / subscribers);
    }
  }
  const raw = median(contestants[0]?.rss ?? []);
  const ours = median(contestants[1]?.rss ?? []);
  return {
    scenario: 'memory',
    what: `Memory for each of ${subscribers} idle subscriptions, each on its own socket and task, after a collection; median of ${rounds} rounds.`,
    rows: contestants.map(({ entry, rss, heap }) => ({
      server: entry.name,
      'RSS bytes/subscription': Math.round(median(rss)),
      '× raw ws': rounded(median(rss) / raw),
      'heap bytes/subscription': Math.round(median(heap)),
    })),
    rounds: contestants.map(({ entry, rss, heap }) => ({ server: entry.name, rss, heap })),
    targets: [atMost('RSS per idle subscription, ours / raw ws', ours / raw, 1.3)],
  };
}
