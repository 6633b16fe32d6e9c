import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pointedAt, startSimulatorProcess } from '../../test/support/processes.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { fire } from '../autocannon.ts';
import type { BareInsertHandlers } from '../bare-inserts.ts';
import { start } from '../processes.ts';
import { atLeast, atMost, median, rounded, type Result } from '../report.ts';
import { inRounds } from '../rounds.ts';
import { prompt } from '../tasks.ts';
import { slowDisk } from '../slow-disk.ts';
import type { WholeServerHandlers } from '../whole-server.ts';

/** Rounds end after this time, in seconds. */
const secondsForRounds = 60;
/** Requests that are sent one at a time in each round. */
const requestsAlone = 100;
/** The time that each sync of a file takes longer on the slow disk, in milliseconds. */
const addedMs = 4;

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const headers = { 'content-type': 'application/json' };
const query =
  'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } userErrors { message } } }';
const body = JSON.stringify({ query, variables: { input: { prompt } } });

/**
 * `generateVideo` over HTTP on the whole server, next to bare durable inserts of `node:sqlite`, one by one, in a process
 * of their own, and next to a server whose disk is slow to sync. The provider accepts twenty tasks in 10 s, so that nearly
 * all of them wait; those that it has are checked every 10 s, as by default.
 */
export async function mutate(settings: {
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
}): Promise<Result> {
  const { seconds, connections } = settings;
  await using simulator = await startSimulatorProcess('--creates-per-10s', '0');
  await using folder = await temporaryFolder();
  await using bare = start<BareInsertHandlers>(at('../bare-inserts.ts'), ['--no-warnings']);
  await bare.call('open', join(folder.path, 'bare.db'));
  const open = async (name: string, env: Record<string, string>) => {
    const server = start<WholeServerHandlers>(at('../whole-server.ts'), ['--no-warnings'], env);
    const { url } = await server.call('start', {
      ...pointedAt(simulator, join(folder.path, name)),
      KIE_CREATES_PER_10S: '20',
      KIE_POLL_INTERVAL_MS: '10000',
      LIMIT_OPEN_TASKS_PER_OWNER: '10000000',
      LIMIT_MUTATIONS_PER_MINUTE: '10000000',
    });
    return { server, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  };
  const slowEnv = await slowDisk(folder.path, addedMs);
  await using stack = new AsyncDisposableStack();
  const { server, url } = stack.use(await open('data', {}));
  const slow = slowEnv === null ? null : stack.use(await open('slow', slowEnv));
  const load = (forSeconds: number, to = url) =>
    fire({ url: `${to}/graphql`, headers, bodies: [body], connections, seconds: forSeconds });
  await load(2);
  if (slow !== null) await load(2, slow.url);
  const rounds: Record<'bare' | 'ours' | 'slow' | 'cpuUs' | 'p99' | 'aloneMs', number[]> = {
    bare: [],
    ours: [],
    slow: [],
    cpuUs: [],
    p99: [],
    aloneMs: [],
  };
  await inRounds(settings.rounds, secondsForRounds, async () => {
    rounds.bare.push(await bare.call('insertFor', seconds));
    const before = await server.call('cpuUs');
    const { requests, latency } = await load(seconds);
    rounds.cpuUs.push(((await server.call('cpuUs')) - before) / requests.total);
    rounds.ours.push(requests.average);
    rounds.p99.push(latency.p99);
    rounds.aloneMs.push(await medianAlone(url));
    if (slow !== null) rounds.slow.push((await load(seconds, slow.url)).requests.average);
  });
  const ratioOf = (one: 'ours' | 'slow', other: 'bare' | 'ours') =>
    median(rounds[one].map((value, round) => value / (rounds[other][round] ?? Number.NaN)));
  return {
    scenario: 'mutate',
    what: `generateVideo over HTTP, ${connections} connections, median of ${rounds.ours.length} rounds of ${seconds} s.`,
    rows: [
      { server: 'bare inserts, one by one', 'per second': Math.round(median(rounds.bare)) },
      {
        server: 'Reelay',
        'per second': Math.round(median(rounds.ours)),
        'CPU µs/mutation': rounded(median(rounds.cpuUs)),
        'p99 ms': rounded(median(rounds.p99)),
        'alone p50 ms': rounded(median(rounds.aloneMs)),
      },
      ...(slow === null
        ? []
        : [{ server: `Reelay, syncs of ${addedMs} ms more`, 'per second': Math.round(median(rounds.slow)) }]),
    ],
    rounds,
    targets: [
      atLeast('mutations per second, ours / bare durable inserts', ratioOf('ours', 'bare'), 0.5),
      atMost('generateVideo alone, p50 in ms', median(rounds.aloneMs), 3),
      ...(slow === null
        ? []
        : [
            atLeast(
              `mutations per second, syncs of ${addedMs} ms more / as it is`,
              ratioOf('slow', 'ours'),
              0.5,
            ),
          ]),
    ],
  };
}

/** The median time of a mutation that nothing else runs beside, in milliseconds. */
async function medianAlone(url: string): Promise<number> {
  const times: number[] = [];
  for (let sent = 0; sent < requestsAlone; sent += 1) {
    const startedAt = performance.now();
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    const { data } = (await response.json()) as { data?: { generateVideo: { task: object | null } } };
    if (!data?.generateVideo.task) throw new Error(`The mutation failed: ${JSON.stringify(data)}`);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}
