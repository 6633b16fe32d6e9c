import { fire } from '../autocannon.ts';
import { rounded, type Row } from '../report.ts';
import { prompt } from '../tasks.ts';
import { startProvider, type Bed } from './bed.ts';
import { DatabaseLoad } from './database-load.ts';
import { Instances } from './instances.ts';

const connections = 48;
const warmUpSeconds = 3;
const query =
  'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } userErrors { message } } }';
const body = JSON.stringify({ query, variables: { input: { prompt } } });

/** The cost of one `generateVideo`. */
export interface MutationCost {
  readonly perSecond: number;
  readonly instanceUs: number;
  readonly postgresUs: number;
  readonly commits: number;
  readonly row: Row;
}

/**
 * `generateVideo` over HTTP on so many instances at once. The provider accepts twenty tasks in 10 s, so that nearly all of
 * them wait.
 */
export async function measureMutations(bed: Bed, count: number, seconds: number): Promise<MutationCost> {
  await using simulator = await startProvider(3_600_000);
  const database = await bed.newDatabase();
  await using instances = await Instances.start(bed, count, database, simulator, {
    KIE_CREATES_PER_10S: '20',
  });
  const load = async (forSeconds: number) => {
    const reports = await Promise.all(
      instances.urls.map((url) =>
        fire({
          url: `${url}/graphql`,
          headers: { 'content-type': 'application/json' },
          bodies: [body],
          connections: Math.ceil(connections / count),
          seconds: forSeconds,
        }),
      ),
    );
    return {
      total: reports.reduce((sum, { requests }) => sum + requests.total, 0),
      p99: Math.max(...reports.map(({ latency }) => latency.p99)),
    };
  };
  await load(warmUpSeconds);
  await using watch = await DatabaseLoad.watch(bed.postgres, database);
  const before = await instances.cpuUs();
  const { total, p99 } = await load(seconds);
  const cpuUs = (await instances.cpuUs()) - before;
  const { cpuUs: postgresCpuUs, commits } = await watch.read();
  // Requests that were cut at the end of the load are made, but not counted: at most one on each connection.
  return {
    perSecond: total / seconds,
    instanceUs: cpuUs / total,
    postgresUs: postgresCpuUs / total,
    commits: commits / total,
    row: {
      work: 'generateVideo',
      instances: count,
      'per second': Math.round(total / seconds),
      'instance CPU µs': rounded(cpuUs / total),
      'PostgreSQL CPU µs': rounded(postgresCpuUs / total),
      "PostgreSQL's share": rounded(postgresCpuUs / (cpuUs + postgresCpuUs)),
      'commits each': rounded(commits / total),
      'p99 ms': rounded(p99),
    },
  };
}
