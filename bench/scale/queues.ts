import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generateAt, queryAt } from '../../test/support/start-app.ts';
import { start } from '../processes.ts';
import { enqueuedAtOnce, type QueueHandlers } from '../queue-runner.ts';
import { rounded, type Row } from '../report.ts';
import { prompt } from '../tasks.ts';
import { startProvider, until, type Bed } from './bed.ts';
import { DatabaseLoad, type Load } from './database-load.ts';
import { Instances } from './instances.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const queues = [
  { name: 'pg-boss', file: at('../peers/pg-boss.ts') },
  { name: 'graphile-worker', file: at('../peers/graphile-worker.ts') },
] as const;

/** The cost of one task or job, from the call that takes it until it is complete. */
export interface TaskCost {
  readonly name: string;
  readonly perSecond: number;
  readonly processUs: number;
  readonly postgresUs: number;
  readonly commits: number;
}

/**
 * The whole life of tasks that do nothing, one process each on the same PostgreSQL: Reelay with a provider that answers at
 * once, and two queues.
 */
export async function compareQueues(bed: Bed, tasks: number): Promise<{ costs: TaskCost[]; rows: Row[] }> {
  const ours = await measureReelay(bed, tasks);
  const costs = [ours];
  for (const { name, file } of queues) costs.push(await measureQueue(bed, name, file, tasks));
  const total = ({ processUs, postgresUs }: TaskCost) => processUs + postgresUs;
  return {
    costs,
    rows: costs.map((cost) => ({
      'one process': cost.name,
      'tasks/s': Math.round(cost.perSecond),
      'process CPU ms/task': rounded(cost.processUs / 1000),
      'PostgreSQL CPU ms/task': rounded(cost.postgresUs / 1000),
      'commits/task': rounded(cost.commits),
      'Reelay ×': rounded(total(ours) / total(cost)),
    })),
  };
}

async function measureQueue(bed: Bed, name: string, file: string, tasks: number): Promise<TaskCost> {
  const database = await bed.newDatabase();
  await using queue = start<QueueHandlers>(file, ['--no-warnings']);
  await queue.call('start', bed.postgres.urlOf(database));
  await queue.call('run', Math.ceil(tasks / 4));
  await using watch = await DatabaseLoad.watch(bed.postgres, database, { hasRevisions: false });
  const before = await queue.call('cpuUs');
  await queue.call('run', tasks);
  return costOf(name, tasks, (await queue.call('cpuUs')) - before, await watch.read());
}

async function measureReelay(bed: Bed, tasks: number): Promise<TaskCost> {
  await using simulator = await startProvider(0);
  const database = await bed.newDatabase();
  await using instances = await Instances.start(bed, 1, database, simulator);
  const [url = ''] = instances.urls;
  await live(url, Math.ceil(tasks / 4));
  await using watch = await DatabaseLoad.watch(bed.postgres, database);
  const before = await instances.cpuUs();
  await live(url, tasks);
  return costOf('Reelay', tasks, (await instances.cpuUs()) - before, await watch.read());
}

const costOf = (name: string, tasks: number, processUs: number, load: Load): TaskCost => ({
  name,
  perSecond: tasks / load.seconds,
  processUs: processUs / tasks,
  postgresUs: load.cpuUs / tasks,
  commits: load.commits / tasks,
});

/** Resolves when so many new tasks have ended. */
async function live(url: string, tasks: number): Promise<void> {
  let left = tasks;
  const submit = async () => {
    while (left > 0) {
      left -= 1;
      await generateAt(url, { prompt });
    }
  };
  await Promise.all(Array.from({ length: enqueuedAtOnce }, submit));
  await until(async () => {
    const { viewer } = await queryAt<{ viewer: { openTasks: number } }>(url, '{ viewer { openTasks } }');
    if (viewer.openTasks > 0) await setTimeout(50);
    return viewer.openTasks === 0;
  });
}
