import { reelay } from '../contestants.ts';
import { Match, type Measured } from '../processes.ts';
import { atMost, median, rounded, type Result } from '../report.ts';

/** Parts of the changes, alternately with a reading and with a stalled neighbour: the machine may be busy. */
const pieces = 5;

/** Reelay only: one subscriber stops reading, another one of the same task continues. */
export async function stalled(settings: {
  readonly changes: number;
  readonly perSecond: number;
  readonly payloadBytes: number;
}): Promise<Result> {
  const { changes, perSecond, payloadBytes } = settings;
  await using stack = new AsyncDisposableStack();
  const publishing = { count: changes / pieces, perSecond, tasks: 1, fillerBytes: payloadBytes };
  const sides: { match: Match; stops: boolean; before: number; peak: number; pieces: Measured[] }[] = [];
  for (const stops of [false, true]) {
    const match = stack.use(await Match.start(reelay, 1));
    await match.open(2, 1, 'plain');
    await match.warmUp({ ...publishing, count: 1000 }, 2);
    await match.subscribers.call('pauseLast', stops);
    const { rssBytes } = await match.server.call('collect', null);
    sides.push({ match, stops, before: rssBytes, peak: 0, pieces: [] });
  }
  for (let piece = 0; piece < pieces; piece += 1) {
    for (const side of sides) {
      const measured = await side.match.measure(publishing, publishing.count * (side.stops ? 1 : 2));
      side.pieces.push(measured);
      side.peak = Math.max(side.peak, measured.peakRssBytes);
    }
  }
  const p95 = sides.map((side) => median(side.pieces.map(({ latency }) => latency.p95)));
  const growth = sides.map(({ peak, before }) => (peak - before) / 1e6);
  const [reading = Number.NaN, stopping = Number.NaN] = p95;
  return {
    scenario: 'stalled',
    what: `${changes} changes of ${payloadBytes} bytes at ${perSecond}/s for two subscribers of one task, while the other one reads and while it does not; in ${pieces} alternating parts.`,
    rows: sides.map((side, index) => ({
      'the other reader': side.stops ? 'stops' : 'reads',
      'changes/s': rounded(median(side.pieces.map(({ changesPerSecond }) => changesPerSecond))),
      'p50 ms': rounded(median(side.pieces.map(({ latency }) => latency.p50))),
      'p95 ms': rounded(p95[index] ?? Number.NaN),
      lost: side.pieces.reduce((sum, { lost }) => sum + lost, 0),
      'peak RSS growth MB': rounded(growth[index] ?? Number.NaN),
    })),
    rounds: sides.map((side) => ({ stops: side.stops, pieces: side.pieces })),
    targets: [
      atMost('peak memory growth beside a stalled reader in MB', growth[1] ?? Number.NaN, 100),
      atMost(
        'p95 of the healthy reader, beside a stalled one / beside a healthy one',
        stopping / reading,
        1.5,
      ),
    ],
  };
}
