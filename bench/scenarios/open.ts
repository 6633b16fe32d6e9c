import { reelay } from '../contestants.ts';
import { Match } from '../processes.ts';
import { atMost, rounded, type Result } from '../report.ts';

/** Reelay only: many open subscriptions on one process, each of its own task, all of which end. */
export async function open(settings: {
  readonly subscribers: number;
  readonly perSecond: number;
  readonly changes: number;
}): Promise<Result> {
  const { subscribers, perSecond, changes } = settings;
  await using match = await Match.start(reelay, subscribers);
  const { server, subscribers: clients } = match;
  await match.open(subscribers, subscribers, 'mixed');
  await match.warmUp({ count: subscribers, perSecond: 2000, tasks: subscribers }, subscribers);
  // Every third change of a task completes it.
  const ending = Math.floor(changes / 3);
  const measured = await match.measure(
    { count: ending * 3, perSecond, tasks: ending, endsAfter: 3 },
    ending * 3,
  );
  await server.call('completeAll', { from: ending, to: subscribers });
  await match.settle(ending * 3 + subscribers - ending);
  const { completed, messages } = await clients.call('received', null);
  const left = await server.call('listeners', null);
  const { rssBytes } = await server.call('usage', null);
  const { latency } = measured;
  return {
    scenario: 'open',
    what: `${subscribers} open subscriptions on one process, each on its own socket and task, four queries mixed, ${perSecond} changes/s, every third one an end; then the end of all others at once. Milliseconds from before the write to the client.`,
    rows: [
      {
        server: reelay.name,
        p50: rounded(latency.p50),
        p95: rounded(latency.p95),
        p99: rounded(latency.p99),
        max: rounded(latency.max),
        'changes/s': rounded(measured.changesPerSecond),
        'lost ends': subscribers - completed,
        'lost changes': ending * 3 + subscribers - ending - messages,
        'listeners left': left ?? 'unknown',
        'RSS MB': Math.round(rssBytes / 1e6),
      },
    ],
    rounds: [measured],
    targets: [
      atMost('lost terminal events', subscribers - completed, 0),
      atMost('p95 from publishing to the client in ms', latency.p95, 50),
    ],
  };
}
