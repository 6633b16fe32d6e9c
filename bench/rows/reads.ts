import { atMost, median, rounded, type Row, type Target } from '../report.ts';
import { numberOf } from './database.ts';
import type { WatchedServer } from './server.ts';
import { searched } from './texts.ts';

/** A query that pages through tasks, and by how much it may be slower with more of them. */
interface ReadCase {
  readonly name: string;
  readonly variables: (tasks: number) => Readonly<Record<string, unknown>>;
  readonly withTotal?: boolean;
  readonly most: number;
}

const listLimit = 1.5;
const searchLimit = 5;
/** Nothing may hold the event loop for longer, in milliseconds. */
export const longestHealthMs = 200;
/** Requests of one round, and the time after which a round has no further one, in milliseconds. */
const requestsPerRound = 10;
const roundMs = 300;
/** A case that has taken as long has no further round, in milliseconds. */
const caseMs = 12_000;

/** The position of a task in lists, by its number. */
export const cursorOf = (number: number): string => Buffer.from(`n:${number}`).toString('base64url');
const ago = (days: number): string => new Date(Date.now() - days * 24 * 3_600_000).toISOString();
/** The smallest database has enough tasks that match for a page of as many. */
const filtered = (name: string, filter: object, first = 50): ReadCase => ({
  name,
  variables: () => ({ first, filter }),
  most: listLimit,
});
const search = (what: string, text: string): ReadCase => ({
  name: `search, ${what}`,
  variables: () => ({ first: 50, filter: { search: text } }),
  most: searchLimit,
});
const counted = (of: ReadCase): ReadCase => ({
  ...of,
  name: `${of.name}, totalCount`,
  withTotal: true,
  most: searchLimit,
});
const list: ReadCase = { name: 'list of 50', variables: () => ({ first: 50 }), most: listLimit };
const failed = filtered('status FAILED (10 %)', { status: ['FAILED'] });
const oldest = filtered('createdBefore, the oldest 8 %', { createdBefore: ago(335) });

const cases: readonly ReadCase[] = [
  list,
  counted(list),
  { name: 'after the middle', variables: (tasks) => page(Math.floor(tasks / 2)), most: listLimit },
  { name: 'near the oldest', variables: () => page(100), most: listLimit },
  { name: 'last: 50', variables: () => ({ last: 50 }), most: listLimit },
  filtered('status COMPLETED (80 %)', { status: ['COMPLETED'] }),
  failed,
  counted(failed),
  filtered('status PROCESSING (none)', { status: ['PROCESSING'] }),
  filtered('stage CANCELED (10 %)', { stage: ['CANCELED'] }),
  filtered('provider SIMULATOR (25 %)', { provider: ['SIMULATOR'] }),
  filtered('provider GOOGLE (none)', { provider: ['GOOGLE'] }),
  filtered('FAILED of SIMULATOR', { status: ['FAILED'], provider: ['SIMULATOR'] }, 20),
  filtered('createdAfter, the newest 8 %', { createdAfter: ago(30) }),
  filtered('endedAfter, the newest 8 %', { endedAfter: ago(30) }),
  filtered('label (2 %)', { label: 'SKU-3' }, 5),
  oldest,
  counted(oldest),
  filtered('FAILED in the older half', { status: ['FAILED'], createdBefore: ago(182) }, 20),
  search('common', searched.common),
  search('common, Cyrillic', searched.commonCyrillic),
  search('one task', searched.rare),
  search('one task, Cyrillic', searched.rareCyrillic),
  search('nothing', searched.none),
  search('nothing, frequent words', searched.frequentWords),
  counted(search('common', searched.common)),
  counted(search('common, Cyrillic', searched.commonCyrillic)),
  counted(search('nothing', searched.none)),
];

function page(index: number): Readonly<Record<string, unknown>> {
  return { first: 50, after: cursorOf(numberOf(index)) };
}

/** The times of one case on one server. */
interface Times {
  readonly wallMs: number[];
  readonly cpuMs: number[];
  longestMs: number;
}

/** Measures every case on servers of different sizes in alternation, the smallest first, which the others are compared with. */
export async function measureReads(
  servers: readonly WatchedServer[],
  rounds: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const rows: Row[] = [];
  const targets: Target[] = [];
  let longestOfAll = 0;
  for (const each of cases) {
    const times = servers.map((): Times => ({ wallMs: [], cpuMs: [], longestMs: 0 }));
    const until = performance.now() + caseMs;
    for (let round = 0; round <= rounds && (round < 2 || performance.now() < until); round += 1) {
      for (const [index, server] of servers.entries()) {
        const took = await measure(server, each);
        const its = times[index];
        // The first round prepares statements.
        if (round === 0 || its === undefined) continue;
        its.wallMs.push(took.wallMs);
        its.cpuMs.push(took.cpuMs);
        its.longestMs = Math.max(its.longestMs, took.longestMs);
      }
    }
    const row: Record<string, string | number> = { work: each.name };
    for (const [index, { tasks }] of servers.entries()) {
      row[`${sizeName(tasks)} p50 ms`] = rounded(median(times[index]?.wallMs ?? []));
      row[`${sizeName(tasks)} CPU ms`] = rounded(median(times[index]?.cpuMs ?? []));
    }
    for (const [index, { tasks }] of servers.entries()) {
      if (index === 0) continue;
      // Of the CPU: the time of a request is mostly that of other programs where the machine has others.
      const ratio = median(times[index]?.cpuMs ?? []) / median(times[0]?.cpuMs ?? []);
      row[`${sizeName(tasks)} × CPU`] = rounded(ratio);
      targets.push(
        atMost(
          `CPU of ${each.name}: ${sizeName(tasks)} / ${sizeName(servers[0]?.tasks ?? 0)} tasks`,
          ratio,
          each.most,
        ),
      );
    }
    const longest = Math.max(...times.map(({ longestMs }) => longestMs));
    row['longest /healthz ms'] = rounded(longest);
    longestOfAll = Math.max(longestOfAll, longest);
    rows.push(row);
  }
  targets.push(atMost('longest /healthz during the queries, in ms', longestOfAll, longestHealthMs));
  return { rows, targets };
}

/** A number of tasks in short: 1k, 200k, 1M. */
export const sizeName = (tasks: number): string =>
  tasks >= 1_000_000 ? `${tasks / 1_000_000}M` : `${tasks / 1000}k`;

/** A page of tasks with what a card shows of them. */
export const listQuery = (withTotal: boolean): string =>
  `query ($first: Int, $last: Int, $after: String, $before: String, $filter: VideoTaskFilter) {
    videoTasks(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
      edges { node { id status stage provider model prompt label createdAt revision } }
      pageInfo { hasNextPage hasPreviousPage endCursor }${withTotal ? ' totalCount' : ''}
    }
  }`;

/** One round: the median of some requests, one after the other. */
async function measure(
  server: WatchedServer,
  { variables, withTotal = false }: ReadCase,
): Promise<{ wallMs: number; cpuMs: number; longestMs: number }> {
  const query = listQuery(withTotal);
  const given = variables(server.tasks);
  await server.longestMs();
  const cpuBefore = await server.cpuMs();
  const until = performance.now() + roundMs;
  const times: number[] = [];
  while (times.length === 0 || (times.length < requestsPerRound && performance.now() < until)) {
    const startedAt = performance.now();
    await server.query(query, given);
    times.push(performance.now() - startedAt);
  }
  const cpuMs = ((await server.cpuMs()) - cpuBefore) / times.length;
  return { wallMs: median(times), cpuMs, longestMs: await server.longestMs() };
}
