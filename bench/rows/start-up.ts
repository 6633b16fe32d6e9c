import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer, type Program } from '../../test/support/processes.ts';
import { processorWaitMs } from '../../test/support/processor-wait.ts';
import type { HealthHandlers } from '../health.ts';
import { start } from '../processes.ts';
import { atMost, median, rounded, type Row, type Target } from '../report.ts';
import { deleteNewest, type Filled } from './database.ts';
import { longestHealthMs, sizeName } from './reads.ts';
import { settingsOf } from './server.ts';

const health = fileURLToPath(new URL('../health.ts', import.meta.url));
/** A start that waits for housekeeping. */
const mostReadyMs = 2000;
/** The time for which the server is watched while it removes rows, in milliseconds. */
const watchMs = 8000;

/**
 * The time from the start of the process to a server that is ready, next to that of an empty database, in alternation. What the
 * machine gave it no processor for is not counted.
 */
export async function measureStarts(
  folder: string,
  databases: readonly Filled[],
  simulator: { readonly url: string },
  rounds: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const contestants = [{ name: 'none', folder: join(folder, 'empty') }, ...databases.map(named)].map(
    (each) => ({
      ...each,
      readyMs: [] as number[],
    }),
  );
  for (let round = 0; round <= rounds; round += 1) {
    for (const { folder: data, readyMs } of contestants) {
      const startedAt = performance.now();
      await using server = await startServer({ ...settingsOf(simulator, data), LOG_LEVEL: 'info' });
      await ready(server);
      // The first one makes the tables of the empty database.
      if (round > 0) readyMs.push(performance.now() - startedAt - processorWaitMs(server.pid));
    }
  }
  const empty = contestants[0]?.readyMs ?? [];
  const targets: Target[] = [];
  for (const { name, readyMs } of contestants.slice(1)) {
    const ratio = median(readyMs.map((value, round) => value / (empty[round] ?? Number.NaN)));
    targets.push(atMost(`start until /readyz: ${name} tasks / none`, ratio, 1.5));
  }
  const rows = contestants.map(({ name, readyMs }) => ({
    work: `start until /readyz, ${name} tasks`,
    'all ms': rounded(median(readyMs)),
  }));
  return { rows, targets };
}

const named = ({ tasks, folder }: Filled) => ({ name: sizeName(tasks), folder });

/** A start after which many deleted rows are due to be removed. Changes the database for good. */
export async function measureHousekeeping(
  { folder, file, tasks }: Filled,
  simulator: { readonly url: string },
  deleted: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  deleteNewest(file, deleted);
  await using watch = start<HealthHandlers>(health, ['--no-warnings']);
  const startedAt = performance.now();
  await using server = await startServer({ ...settingsOf(simulator, folder), LOG_LEVEL: 'info' });
  await watch.call('watch', { url: server.url, pid: server.pid });
  await ready(server);
  const readyMs = performance.now() - startedAt - processorWaitMs(server.pid);
  await setTimeout(watchMs);
  const longest = await watch.call('longestMs');
  await watch.call('end');
  const work = `start with ${deleted.toLocaleString('en')} deleted rows of ${sizeName(tasks)}`;
  return {
    rows: [{ work, 'all ms': rounded(readyMs), 'longest /healthz ms': rounded(longest) }],
    targets: [
      atMost(`${work}: ms until /readyz`, readyMs, mostReadyMs),
      atMost(`${work}: longest /healthz in ms`, longest, longestHealthMs),
    ],
  };
}

async function ready({ url }: Pick<Program, 'url'>): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await setTimeout(5);
}
