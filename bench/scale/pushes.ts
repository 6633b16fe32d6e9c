import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { generateAt } from '../../test/support/start-app.ts';
import { start, type Child } from '../processes.ts';
import { percentile, rounded, type Row } from '../report.ts';
import { prompt } from '../tasks.ts';
import { startProvider, until, type Bed } from './bed.ts';
import { DatabaseLoad } from './database-load.ts';
import { Instances } from './instances.ts';
import type { Arrival, WatcherHandlers } from './watchers.ts';

const watchersFile = fileURLToPath(new URL('./watchers.ts', import.meta.url));

/** The time for the work after the last task, and that of the measurement without tasks, in milliseconds. */
const settleMs = 1000;
const idleMs = 3000;

/** Sizes of one run. */
export interface PushSettings {
  readonly subscribers: number;
  /** Tasks that begin in each second, and for how long. */
  readonly loads: readonly { readonly perSecond: number; readonly seconds: number }[];
}

/** One load on so many instances. */
export interface PushCost {
  readonly instances: number;
  /** Tasks that began in each second. */
  readonly perSecond: number;
  readonly changesPerSecond: number;
  readonly eventsPerSecond: number;
  readonly notificationsPerSecond: number;
  readonly p95Ms: number;
  /** CPU of a task's life with all its events. */
  readonly instanceUsPerTask: number;
  readonly postgresUsPerTask: number;
  readonly changesPerTask: number;
  readonly commitsPerTask: number;
  /** CPU of PostgreSQL in a second without a task, for each instance. */
  readonly idleUs: number;
  readonly row: Row;
}

/**
 * Whole lives of tasks, taken by all instances in rotation, and subscribers of all tasks on each of them. The time of a
 * commit is PostgreSQL's own, that of the arrival the client's, on the same clock.
 */
export async function measurePushes(bed: Bed, count: number, settings: PushSettings): Promise<PushCost[]> {
  await using simulator = await startProvider(500);
  const database = await bed.newDatabase();
  await using instances = await Instances.start(bed, count, database, simulator, {
    KIE_POLL_INTERVAL_MS: '1000',
  });
  await using watchers = start<WatcherHandlers>(watchersFile, ['--no-warnings']);
  await watchers.call('open', { urls: instances.urls, count: settings.subscribers });
  await using watch = await DatabaseLoad.watch(bed.postgres, database);
  // Code that is not warm yet.
  await live(instances, watchers, { perSecond: 10, seconds: 1 }, settings.subscribers);
  await setTimeout(settleMs);
  await watch.begin();
  await setTimeout(idleMs);
  const idle = await watch.read();
  const idleUs = idle.cpuUs / idle.seconds / count;
  await watchers.call('take');
  const costs: PushCost[] = [];
  for (const { perSecond, seconds } of settings.loads) {
    const tasks = perSecond * seconds;
    await watch.begin();
    const before = await instances.cpuUs();
    const startedAt = performance.now();
    await live(instances, watchers, { perSecond, seconds }, settings.subscribers);
    const elapsed = (performance.now() - startedAt) / 1000;
    const load = await watch.read();
    const cpuUs = (await instances.cpuUs()) - before;
    const { arrivals, events } = await watchers.call('take');
    const lags = lagsOf(arrivals, await commitTimes(bed, database));
    const cost = {
      instances: count,
      perSecond,
      changesPerSecond: load.changes / elapsed,
      eventsPerSecond: events / elapsed,
      notificationsPerSecond: load.notifications / elapsed,
      p95Ms: percentile(lags, 0.95),
      instanceUsPerTask: cpuUs / tasks,
      postgresUsPerTask: load.cpuUs / tasks,
      changesPerTask: load.changes / tasks,
      commitsPerTask: load.commits / tasks,
      idleUs,
    };
    costs.push({
      ...cost,
      row: {
        instances: count,
        'tasks/s, begun': perSecond,
        'changes/s': rounded(cost.changesPerSecond),
        'events/s': Math.round(cost.eventsPerSecond),
        'NOTIFY/s': rounded(cost.notificationsPerSecond),
        'commit → client p50 ms': rounded(percentile(lags, 0.5)),
        'p95 ms': rounded(cost.p95Ms),
        'instance CPU ms/task': rounded(cost.instanceUsPerTask / 1000),
        'PostgreSQL CPU ms/task': rounded(cost.postgresUsPerTask / 1000),
        'CPU µs/event': rounded((cpuUs + load.cpuUs) / events),
        'commits/task': rounded(cost.commitsPerTask),
        'idle PostgreSQL CPU ms/s, each': rounded(idleUs / 1000),
      },
    });
  }
  return costs;
}

/** Begins tasks at an even pace, and resolves when the end of each is with every subscriber. */
async function live(
  { urls }: Instances,
  watchers: Child<WatcherHandlers>,
  { perSecond, seconds }: PushSettings['loads'][number],
  subscribers: number,
): Promise<void> {
  const tasks = perSecond * seconds;
  const calls: Promise<string>[] = [];
  const startedAt = performance.now();
  for (let begun = 0; begun < tasks; begun += 1) {
    await setTimeout(Math.max(0, startedAt + (begun * 1000) / perSecond - performance.now()));
    calls.push(generateAt(urls[begun % urls.length] ?? '', { prompt }));
  }
  await Promise.all(calls);
  await until(async () => (await watchers.call('ended')) >= tasks * subscribers);
}

/** When each state was committed, in milliseconds since 1970. */
async function commitTimes({ postgres }: Bed, database: string): Promise<Map<string, number>> {
  const rows = await postgres.run<{ id: TaskId; stage: string; at: number }>(
    'select task_id as id, stage, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 as at from transitions',
    database,
  );
  return new Map(rows.map(({ id, stage, at }) => [`${toGlobalId(id)} ${stage}`, at]));
}

function lagsOf(arrivals: readonly Arrival[], commits: ReadonlyMap<string, number>): number[] {
  return arrivals.map(([id, stage, at]) => {
    const committed = commits.get(`${id} ${stage}`);
    if (committed === undefined) throw new Error(`${stage} of a task arrived, and was not committed`);
    return at - committed;
  });
}
