import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pointedAt, startSimulatorProcess, statsOf, type Program } from '../../test/support/processes.ts';
import { generateAt } from '../../test/support/start-app.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { CheckGaps } from '../check-gaps.ts';
import { HealthProbe } from '../health-probe.ts';
import { start, type Child } from '../processes.ts';
import { atLeast, atMost, rounded, type Result, type Row } from '../report.ts';
import { slowDisk } from '../slow-disk.ts';
import { prompt } from '../tasks.ts';
import type { WholeServerHandlers } from '../whole-server.ts';

const submittersAtOnce = 50;
const serverFile = fileURLToPath(new URL('../whole-server.ts', import.meta.url));
/** Longer than the run: the provider answers each check with "still processing". */
const durationMs = '3600000';

/** One measurement: the tasks that are in flight, each to be checked in this interval. */
interface Phase {
  readonly disk: string;
  readonly env: Record<string, string>;
  readonly intervalMs: number;
  readonly seconds: number;
}

/** The figures of a phase. */
interface Figures {
  readonly checksPerSecond: number;
  readonly p95GapSeconds: number;
  readonly row: Row;
}

/**
 * Tasks in flight that are all checked in their interval, by one process; the provider is the simulator in a process of
 * its own. Then the same tasks in a tenth of the interval, which is more than the process can: the most that it does.
 *
 * @param addedMs the most that the process does is also measured where each sync of a file takes so much longer
 */
export async function checks({
  tasks,
  seconds,
  addedMs,
}: {
  readonly tasks: number;
  readonly seconds: number;
  readonly addedMs: number;
}): Promise<Result> {
  await using simulator = await startSimulatorProcess('--duration-ms', durationMs, '--creates-per-10s', '0');
  await using folder = await temporaryFolder();
  const slow = await slowDisk(folder.path, addedMs);
  const run = new Run(simulator, join(folder.path, 'data'), tasks);
  await run.submit();
  const fast = { disk: 'as it is', env: {}, seconds };
  const steady = await run.measure({ ...fast, intervalMs: 10_000 });
  const most = await run.measure({ ...fast, intervalMs: 1000 });
  const slowed = { disk: `+ ${addedMs} ms a sync`, env: slow ?? {}, seconds };
  const steadySlow = slow === null ? null : await run.measure({ ...slowed, intervalMs: 10_000 });
  const mostSlow = slow === null ? null : await run.measure({ ...slowed, intervalMs: 1000 });
  const phases = [steady, most, steadySlow, mostSlow].filter((phase) => phase !== null);
  return {
    scenario: 'checks',
    what:
      `${tasks} tasks in flight, checked every 10 s, then as often as the process can, ${seconds} s each` +
      `${slow === null ? '; without a C compiler no slow disk' : ''}.`,
    rows: phases.map(({ row }) => row),
    rounds: phases,
    targets: [
      atLeast('checks per second of one process', most.checksPerSecond, 2000),
      atMost('95 % of the gaps between two checks of a task at 10 s, in s', steady.p95GapSeconds, 11),
      ...(mostSlow === null
        ? []
        : [
            atLeast(
              `checks per second, syncs of ${addedMs} ms more / as it is`,
              mostSlow.checksPerSecond / most.checksPerSecond,
              0.5,
            ),
          ]),
    ],
  };
}

/** A database with tasks in flight, opened by one server after the other. */
class Run {
  readonly #simulator: Program;
  readonly #folder: string;
  readonly #tasks: number;
  readonly #ids: string[] = [];

  constructor(simulator: Program, folder: string, tasks: number) {
    this.#simulator = simulator;
    this.#folder = folder;
    this.#tasks = tasks;
  }

  /** Puts the tasks in flight. */
  async submit(): Promise<void> {
    await using server = this.#server({});
    const url = await this.#start(server, 10_000);
    const submit = async () => {
      while (this.#ids.length < this.#tasks) {
        const index = this.#ids.push('') - 1;
        this.#ids[index] = await generateAt(url, { prompt });
      }
    };
    await Promise.all(Array.from({ length: submittersAtOnce }, submit));
    while ((await statsOf(this.#simulator)).createsAccepted < this.#tasks) await setTimeout(500);
    // The last answers are written.
    await setTimeout(1000);
  }

  async measure({ disk, env, intervalMs, seconds }: Phase): Promise<Figures> {
    await using server = this.#server(env);
    const url = await this.#start(server, intervalMs);
    // The schedule of the phase before, and code that is not warm yet.
    await setTimeout(Math.max(12_000, intervalMs * 1.2));
    await using gaps = new CheckGaps(url, this.#ids);
    await using health = new HealthProbe(url);
    const [startedAt, cpuBefore] = [performance.now(), await server.call('cpuUs')];
    const { checks: before } = await statsOf(this.#simulator);
    await setTimeout(seconds * 1000);
    const { checks: after } = await statsOf(this.#simulator);
    const cpuUs = (await server.call('cpuUs')) - cpuBefore;
    const count = after - before;
    const checksPerSecond = (count * 1000) / (performance.now() - startedAt);
    const [gap, healthz] = [await gaps.stop(), await health.stop()];
    return {
      checksPerSecond,
      p95GapSeconds: gap.p95,
      row: {
        disk,
        'interval s': intervalMs / 1000,
        'checks/s': Math.round(checksPerSecond),
        'gap p50 s': rounded(gap.p50),
        'gap p95 s': rounded(gap.p95),
        'CPU µs/check': rounded(cpuUs / count),
        'healthz p50 ms': rounded(healthz.p50),
        'healthz p99 ms': rounded(healthz.p99),
      },
    };
  }

  #server(env: Record<string, string>): Child<WholeServerHandlers> {
    return start<WholeServerHandlers>(serverFile, ['--no-warnings'], env);
  }

  async #start(server: Child<WholeServerHandlers>, intervalMs: number): Promise<string> {
    const { url } = await server.call('start', {
      ...pointedAt(this.#simulator, this.#folder),
      KIE_POLL_INTERVAL_MS: String(intervalMs),
      LIMIT_OPEN_TASKS_PER_OWNER: '10000000',
      LIMIT_MUTATIONS_PER_MINUTE: '10000000',
    });
    return url;
  }
}
