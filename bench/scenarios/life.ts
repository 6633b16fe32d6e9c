import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pointedAt, startSimulatorProcess } from '../../test/support/processes.ts';
import { generateAt, queryAt } from '../../test/support/start-app.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { start } from '../processes.ts';
import { atMost, median, rounded, type Result } from '../report.ts';
import { prompt } from '../tasks.ts';
import type { WholeServerHandlers } from '../whole-server.ts';

const submittersAtOnce = 50;
const server = fileURLToPath(new URL('../whole-server.ts', import.meta.url));

/**
 * The whole life of tasks: taken, sent, checked until it is ready, copied, completed; the provider is the simulator in a
 * process of its own. All CPU of the server counts, HTTP included.
 */
export async function life({
  tasks,
  rounds,
}: {
  readonly tasks: number;
  readonly rounds: number;
}): Promise<Result> {
  const cpuMs: number[] = [];
  const perSecond: number[] = [];
  await using simulator = await startSimulatorProcess('--duration-ms', '1500', '--creates-per-10s', '0');
  await using folder = await temporaryFolder();
  await using child = start<WholeServerHandlers>(server, ['--no-warnings']);
  const { url } = await child.call('start', {
    ...pointedAt(simulator, join(folder.path, 'data')),
    KIE_POLL_INTERVAL_MS: '2000',
    LIMIT_MUTATIONS_PER_MINUTE: '10000000',
  });
  await live(url, Math.ceil(tasks / 4));
  for (let round = 0; round < rounds; round += 1) {
    const before = await child.call('cpuUs');
    const startedAt = performance.now();
    await live(url, tasks);
    perSecond.push((tasks * 1000) / (performance.now() - startedAt));
    cpuMs.push(((await child.call('cpuUs')) - before) / tasks / 1000);
  }
  return {
    scenario: 'life',
    what: `${tasks} tasks from generateVideo to COMPLETED with the copy of the video, median of ${rounds} rounds.`,
    rows: [
      { server: 'Reelay', 'CPU ms/task': rounded(median(cpuMs)), 'tasks/s': rounded(median(perSecond)) },
    ],
    rounds: { cpuMs, perSecond },
    targets: [atMost("CPU of a task's life in ms", median(cpuMs), 2.5)],
  };
}

/** Resolves when so many new tasks are completed; rejects where one ends otherwise. */
async function live(url: string, tasks: number): Promise<void> {
  let left = tasks;
  const submit = async () => {
    while (left > 0) {
      left -= 1;
      await generateAt(url, { prompt });
    }
  };
  await Promise.all(Array.from({ length: submittersAtOnce }, submit));
  for (;;) {
    const { viewer, videoTasks } = await queryAt<{
      viewer: { openTasks: number };
      videoTasks: { edges: unknown[] };
    }>(
      url,
      '{ viewer { openTasks } videoTasks(first: 1, filter: { status: [FAILED] }) { edges { node { id } } } }',
    );
    if (videoTasks.edges.length > 0) throw new Error('A task failed');
    if (viewer.openTasks === 0) return;
    await setTimeout(100);
  }
}
