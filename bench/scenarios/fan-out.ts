import { peers, rawWs, reelay } from '../contestants.ts';
import type { Operations } from '../operations.ts';
import { Match, type Measured } from '../processes.ts';
import { atMost, median, rounded, type Result } from '../report.ts';
import { inRounds } from '../rounds.ts';

const secondsForRounds = 45;

/** The sizes of one run. */
export interface FanOut {
  readonly scenario: string;
  readonly subscribers: number;
  /** Subscriber n follows task `n % tasks`. */
  readonly tasks: number;
  readonly operations: Operations;
  readonly perSecond: number;
  readonly changes: number;
  readonly rounds: number;
  /** The project's targets, as ratios of CPU per message. */
  readonly atMost: { readonly raw?: number; readonly bestPeer?: number };
}

/** CPU of the server for each delivered message, one round of each contestant after the other. */
export async function fanOut(settings: FanOut): Promise<Result> {
  const { scenario, subscribers, tasks, operations, perSecond, changes } = settings;
  await using stack = new AsyncDisposableStack();
  const publishing = { count: changes, perSecond, tasks };
  const expected = changes * (subscribers / tasks);
  const contestants: { match: Match; rounds: Measured[] }[] = [];
  for (const entry of [rawWs, reelay, ...peers]) {
    const match = stack.use(await Match.start(entry, tasks));
    await match.open(subscribers, tasks, operations);
    await match.warmUp({ count: Math.max(tasks, 30), perSecond: Math.max(tasks, 25), tasks }, subscribers);
    contestants.push({ match, rounds: [] });
  }
  await inRounds(settings.rounds, secondsForRounds, async () => {
    for (const { match, rounds } of contestants) rounds.push(await match.measure(publishing, expected));
  });
  const costs = contestants.map(({ rounds }) => median(rounds.map(({ cpuUsPerMessage }) => cpuUsPerMessage)));
  const [raw = Number.NaN, ours = Number.NaN, ...others] = costs;
  // Ratios per round, so that other load of the machine affects both sides.
  const [rawRounds = [], ourRounds = []] = contestants.map(({ rounds }) => rounds);
  const overRaw = median(
    ourRounds.map(
      ({ cpuUsPerMessage }, round) => cpuUsPerMessage / (rawRounds[round]?.cpuUsPerMessage ?? Number.NaN),
    ),
  );
  return {
    scenario,
    what:
      `${subscribers} subscribers of ${tasks === 1 ? 'one task' : `${tasks} tasks`}, ${perSecond} changes/s, ` +
      `${operations === 'mixed' ? 'four queries mixed' : 'one query'}, median of ${ourRounds.length} rounds of ${changes} changes.`,
    rows: contestants.map(({ match, rounds }, index) => {
      const cost = costs[index] ?? Number.NaN;
      return {
        server: match.entry.name,
        'CPU µs/message': rounded(cost),
        '× raw ws': rounded(cost / raw),
        'changes/s': rounded(median(rounds.map(({ changesPerSecond }) => changesPerSecond))),
        'bytes/message': Math.round(median(rounds.map(({ bytesPerMessage }) => bytesPerMessage))),
        lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
        'p95 ms': rounded(median(rounds.map(({ latency }) => latency.p95))),
      };
    }),
    rounds: contestants.map(({ match, rounds }) => ({ server: match.entry.name, rounds })),
    targets: [
      ...targetOf('CPU per message, ours / raw ws', overRaw, settings.atMost.raw),
      ...targetOf('CPU per message, ours / best peer', ours / Math.min(...others), settings.atMost.bestPeer),
    ],
  };
}

const targetOf = (what: string, value: number, bound: number | undefined) =>
  bound === undefined ? [] : [atMost(what, value, bound)];
