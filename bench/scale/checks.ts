import { setTimeout } from 'node:timers/promises';
import { statsOf, type Program } from '../../test/support/processes.ts';
import { generateAt } from '../../test/support/start-app.ts';
import { rounded, type Row } from '../report.ts';
import { prompt } from '../tasks.ts';
import { startProvider, until, type Bed } from './bed.ts';
import { DatabaseLoad } from './database-load.ts';
import { Instances } from './instances.ts';
import { copyTask } from './rows.ts';

/** Requests to the provider at once, when tasks are made there. */
const makersAtOnce = 20;

/** The cost of one check whose answer is "still processing". */
export interface CheckCost {
  readonly perSecond: number;
  readonly instanceUs: number;
  readonly postgresUs: number;
  readonly commits: number;
  readonly row: Row;
}

/** Tasks in flight, each to be checked every second, which is more than the instances can: the most that they do. */
export async function measureChecks(
  bed: Bed,
  counts: readonly number[],
  { tasks, seconds }: { readonly tasks: number; readonly seconds: number },
): Promise<CheckCost[]> {
  await using simulator = await startProvider(3_600_000);
  const database = await bed.newDatabase();
  await putInFlight(bed, database, simulator, tasks);
  const costs: CheckCost[] = [];
  for (const count of counts) {
    await using instances = await Instances.start(bed, count, database, simulator, {
      KIE_POLL_INTERVAL_MS: '1000',
    });
    // Leases of the instances before have ended, and code is warm.
    await setTimeout(2000);
    await using watch = await DatabaseLoad.watch(bed.postgres, database);
    const [before, { checks: checksBefore }] = [await instances.cpuUs(), await statsOf(simulator)];
    await setTimeout(seconds * 1000);
    const load = await watch.read();
    const checks = (await statsOf(simulator)).checks - checksBefore;
    const cpuUs = (await instances.cpuUs()) - before;
    costs.push({
      perSecond: checks / load.seconds,
      instanceUs: cpuUs / checks,
      postgresUs: load.cpuUs / checks,
      commits: load.commits / checks,
      row: {
        work: 'check',
        instances: count,
        'per second': Math.round(checks / load.seconds),
        'instance CPU µs': rounded(cpuUs / checks),
        'PostgreSQL CPU µs': rounded(load.cpuUs / checks),
        "PostgreSQL's share": rounded(load.cpuUs / (cpuUs + load.cpuUs)),
        'commits each': rounded(load.commits / checks),
      },
    });
  }
  return costs;
}

/** One task of its own life, and copies of it that follow other tasks of the provider. */
async function putInFlight(bed: Bed, database: string, simulator: Program, tasks: number): Promise<void> {
  {
    await using instances = await Instances.start(bed, 1, database, simulator);
    await generateAt(instances.urls[0] ?? '', { prompt });
    await until(async () => (await statsOf(simulator)).checks > 0);
  }
  const ids: string[] = [];
  const make = async () => {
    for (;;) {
      const index = ids.length;
      if (index >= tasks) return;
      ids.push('');
      ids[index] = await makeAtProvider(simulator);
    }
  };
  await Promise.all(Array.from({ length: makersAtOnce }, make));
  await copyTask(bed.postgres, database, tasks, {
    provider_task_id: `(array[${ids.map((id) => `'${id}'`).join()}])[i]`,
    due_at: 'model.due_at + i % 1000',
    lease_owner: 'null',
    lease_until: 'null',
  });
}

/** A task that no one follows yet. */
async function makeAtProvider({ url }: Program): Promise<string> {
  const response = await fetch(`${url}/api/v1/jobs/createTask`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'veo-3-1',
      input: { prompt: 'made elsewhere', model: 'veo3_fast', aspect_ratio: '16:9' },
    }),
  });
  const { data, msg } = (await response.json()) as { data: { taskId: string } | null; msg: string };
  if (!data) throw new Error(`The provider made no task: ${msg}`);
  return data.taskId;
}
