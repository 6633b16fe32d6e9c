import { peers, rawWs, reelay } from '../contestants.ts';
import { Match, type Measured } from '../processes.ts';
import { median, rounded, type Result } from '../report.ts';
import { inRounds } from '../rounds.ts';

const secondsForRounds = 30;

/** Time from before a change is written until the client has it, with many subscriptions open, each of its own task. */
export async function latency(settings: {
  readonly subscribers: number;
  readonly perSecond: number;
  readonly changes: number;
  readonly rounds: number;
}): Promise<Result> {
  const { subscribers, perSecond, changes } = settings;
  await using stack = new AsyncDisposableStack();
  const contestants: { match: Match; rounds: Measured[] }[] = [];
  for (const entry of [rawWs, reelay, ...peers]) {
    const match = stack.use(await Match.start(entry, subscribers));
    await match.open(subscribers, subscribers, 'plain');
    await match.warmUp({ count: subscribers, perSecond: 1000, tasks: subscribers }, subscribers);
    contestants.push({ match, rounds: [] });
  }
  await inRounds(settings.rounds, secondsForRounds, async () => {
    for (const { match, rounds } of contestants) {
      rounds.push(await match.measure({ count: changes, perSecond, tasks: subscribers }, changes));
    }
  });
  return {
    scenario: 'latency',
    what: `Milliseconds from publishing to the client, ${perSecond} changes/s, ${subscribers} subscriptions open, each on its own task; median of ${contestants[0]?.rounds.length} rounds of ${changes} changes. Reelay's includes its write to the disk; the peers write nothing.`,
    rows: contestants.map(({ match, rounds }) => {
      const of = (quantile: 'p50' | 'p95' | 'p99') =>
        rounded(median(rounds.map((round) => round.latency[quantile])));
      return {
        server: match.entry.name,
        p50: of('p50'),
        p95: of('p95'),
        p99: of('p99'),
        lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
      };
    }),
    rounds: contestants.map(({ match, rounds }) => ({ server: match.entry.name, rounds })),
    targets: [],
  };
}
