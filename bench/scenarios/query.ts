import { fire, type Report } from '../autocannon.ts';
import { apiKey, peers, reelay, type Entry } from '../contestants.ts';
import { videoTaskQuery } from '../operations.ts';
import { Match } from '../processes.ts';
import { atLeast, median, rounded, type Result } from '../report.ts';
import { inRounds } from '../rounds.ts';
import { globalIdOf } from '../tasks.ts';

const tasks = 200;
/** Rounds of each half. */
const secondsForRounds = 40;

/** Results of one server, by round. */
interface Rounds {
  readonly perSecond: number[];
  readonly cpuUs: number[];
  readonly p99: number[];
}

/**
 * `videoTask(id)` over HTTP: plain JSON POSTs, ours with a real read of the store and with authentication.
 *
 * All are started again for the second half of the rounds, in the opposite order: the first one started was up to a tenth
 * slower throughout, whichever it was.
 */
export async function query(settings: {
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
}): Promise<Result> {
  const { seconds, connections } = settings;
  const entries = [reelay, ...peers];
  const rounds = new Map<Entry, Rounds>(
    entries.map((entry) => [entry, { perSecond: [], cpuUs: [], p99: [] }]),
  );
  for (const starters of [entries, entries.toReversed()]) {
    await using heat = new AsyncDisposableStack();
    const matches: Match[] = [];
    for (const entry of starters) {
      const match = heat.use(await Match.start(entry, tasks));
      await check(match);
      matches.push(match);
    }
    for (const match of matches) await load(match, connections, 2);
    await inRounds(settings.rounds, secondsForRounds, async () => {
      for (const match of matches) {
        const before = await match.server.call('usage', null);
        const { requests, latency } = await load(match, connections, seconds);
        const after = await match.server.call('usage', null);
        const its = rounds.get(match.entry);
        its?.perSecond.push(requests.average);
        its?.cpuUs.push((after.cpuUs - before.cpuUs) / requests.total);
        its?.p99.push(latency.p99);
      }
    });
  }
  const [ours, mercurius] = entries.map((entry) => rounds.get(entry)?.perSecond ?? []);
  const ratio = median((ours ?? []).map((value, round) => value / (mercurius?.[round] ?? Number.NaN)));
  return {
    scenario: 'query',
    what: `videoTask(id) over HTTP, ${tasks} ids in rotation, ${connections} connections, median of ${ours?.length} rounds of ${seconds} s.`,
    rows: [...rounds].map(([{ name }, { perSecond, cpuUs, p99 }]) => ({
      server: name,
      'requests/s': Math.round(median(perSecond)),
      'CPU µs/request': rounded(median(cpuUs)),
      'p99 ms': rounded(median(p99)),
    })),
    rounds: [...rounds].map(([{ name: server }, its]) => ({ server, ...its })),
    targets: [atLeast('requests/s, ours / Mercurius', ratio, 1)],
  };
}

const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
const bodyOf = (index: number) =>
  JSON.stringify({ query: videoTaskQuery, variables: { id: globalIdOf(index) } });
const bodies = Array.from({ length: tasks }, (_, index) => bodyOf(index));

/** Checks that all servers respond equally, before their speed is measured. */
async function check({ url, entry }: Match): Promise<void> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: bodyOf(1) });
  const answer = (await response.json()) as { data?: { videoTask: { id: string } | null } };
  if (answer.data?.videoTask?.id !== globalIdOf(1)) {
    throw new Error(`${entry.name} answers ${JSON.stringify(answer)}`);
  }
}

const load = ({ url }: Match, connections: number, seconds: number): Promise<Report> =>
  fire({ url: `${url}/graphql`, headers, bodies, connections, seconds });
