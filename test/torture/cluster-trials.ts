import { spawnSync } from 'node:child_process';
import type { TaskId } from '../../src/domain/video-task.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { Caller } from '../support/kie-app.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { pointedAt, startSimulatorProcess, statsOf, type Program } from '../support/processes.ts';
import { RawSocket, type Message } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { minutes, type Figures, type Trial } from './trial.ts';

const leaseMs = 2000;
const taskCount = 300;
const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** Watches every task of its owner; connects again with `after` when its server is gone, to any other. */
class Watcher {
  readonly #urls: readonly string[];
  readonly #terminal = new Map<string, string>();
  readonly #arrivals = new Map<string, number>();
  #lastRevision: string | null = null;
  #socket: RawSocket | null = null;
  #isEnded = false;
  #running: Promise<void> | null = null;
  gaps = 0;

  constructor(urls: readonly string[], first: number) {
    this.#urls = [...urls.slice(first), ...urls.slice(0, first)];
  }

  get terminal(): ReadonlyMap<string, string> {
    return this.#terminal;
  }

  /** When the end of a task arrived, in milliseconds since 1970. */
  get arrivals(): ReadonlyMap<string, number> {
    return this.#arrivals;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isEnded = true;
    this.#socket?.socket.terminate();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isEnded; turn += 1) {
      const url = this.#urls[turn % this.#urls.length] ?? '';
      try {
        await using raw = await RawSocket.connect(url);
        this.#socket = raw;
        raw.socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Message));
        raw.subscribe(
          '1',
          'subscription ($after: String) { taskStatusChanged(after: $after) { id status stage revision } }',
          { after: this.#lastRevision },
        );
        await raw.closed;
      } catch {
        // This one is down: the next one is asked.
        await sleep(50);
      }
    }
  }

  #hear({ type, payload }: Message): void {
    if (type === 'next') {
      const { data } = payload as { data?: { taskStatusChanged: Record<string, string> } | null };
      if (data) this.#take(data.taskStatusChanged);
    } else if (type === 'error') {
      // While the database is away, it is asked again; a revision that is not known any more would be a gap.
      if (JSON.stringify(payload).includes('BAD_INPUT')) this.gaps += 1;
      this.#socket?.socket.terminate();
    }
  }

  #take({ id = '', stage = '', status = '', revision = '' }: Record<string, string>): void {
    this.#lastRevision = revision;
    if (!/COMPLETED|FAILED|CANCELED/.test(status) && stage !== 'SUBMISSION_UNKNOWN') return;
    this.#terminal.set(id, stage);
    if (!this.#arrivals.has(id)) this.#arrivals.set(id, Date.now());
  }
}

/** Takes tasks through the balancer while it happens; counts what is lost, doubled, or not pushed to every watcher. */
async function clusterTrial(
  happens: (cluster: Cluster, simulator: Program) => Promise<void>,
  { durationMs = 3000, tasks = taskCount, behaviour = '', isFirstDiskFull = false } = {},
): Promise<Figures> {
  await using simulator = await startSimulatorProcess(
    '--creates-per-10s',
    '0',
    '--duration-ms',
    String(durationMs),
  );
  await using cluster = await startCluster({
    isFirstDiskFull,
    env: {
      ...Object.fromEntries(Object.entries(pointedAt(simulator, '')).filter(([name]) => name !== 'DATA_DIR')),
      KIE_POLL_INTERVAL_MS: '1000',
      LEASE_MS: String(leaseMs),
    },
  });
  const urls = cluster.instances.map(({ url }) => url);
  const watchers = Array.from({ length: 12 }, (_, index) => new Watcher(urls, index % urls.length));
  for (const watcher of watchers) watcher.start();
  const ids: string[] = [];
  const make = async (index: number): Promise<void> => {
    // A client repeats with its key what was not answered.
    for (let turn = index; ; turn += 1) {
      const caller = new Caller(urls[turn % urls.length] ?? '');
      try {
        const { id } = await caller.make(`fox ${index}${behaviour}`, { idempotencyKey: `key ${index}` });
        ids.push(id);
        return;
      } catch {
        await sleep(100);
      }
    }
  };
  const making = (async () => {
    for (let start = 0; start < tasks; start += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, offset) => make(start + offset)));
    }
  })();
  await happens(cluster, simulator);
  await making;
  const begun = Date.now();
  const isDone = () => watchers.every(({ terminal }) => ids.every((id) => terminal.has(id)));
  await waitFor('every end at every watcher', isDone, Boolean, 2 * minutes).catch(() => undefined);
  const tookMs = Date.now() - begun;
  const rows = await cluster.postgres.run<{ stage: string; count: string }>(
    'select stage, count(*)::int as count from tasks group by stage',
    'reelay',
  );
  const countOf = (stages: RegExp) =>
    rows.filter(({ stage }) => stages.test(stage)).reduce((sum, { count }) => sum + Number(count), 0);
  const lags = await lagsOf(cluster, watchers);
  for (const watcher of watchers) await watcher.stop();
  const { tasks: made, checks } = await statsOf(simulator);
  const prompts = Object.values(made).flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  return {
    tasks: ids.length,
    lost: Math.max(0, ids.length - countOf(/./)),
    completed: countOf(/COMPLETED/),
    unknown: countOf(/UNKNOWN/),
    unfinished: countOf(/WAITING|SUBMITTING|GENERATING/),
    createdTwice: prompts.length - new Set(prompts).size,
    notPushed: watchers.reduce((sum, { terminal }) => sum + ids.filter((id) => !terminal.has(id)).length, 0),
    gaps: watchers.reduce((sum, { gaps }) => sum + gaps, 0),
    exited: cluster.instances.filter(({ program }) => program().hasExited()).length,
    checksPerTask: Math.round((10 * checks) / Math.max(1, ids.length)) / 10,
    p95LagMs: lags[Math.floor(lags.length * 0.95)] ?? 0,
    tookMs,
  };
}

/** From the last commit of an ended task to each watcher, in milliseconds, ascending. */
async function lagsOf(cluster: Cluster, watchers: readonly Watcher[]): Promise<number[]> {
  const rows = await cluster.postgres.run<{ id: TaskId; at: number }>(
    "select id, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 as at from tasks where stage = 'COMPLETED'",
    'reelay',
  );
  return rows
    .flatMap(({ id, at }) =>
      watchers.map(({ arrivals }) => (arrivals.get(toGlobalId(id)) ?? Number.NaN) - at),
    )
    .filter((lag) => !Number.isNaN(lag))
    .toSorted((a, b) => a - b);
}

const nothing = { lost: 0, createdTwice: 0, unfinished: 0, notPushed: 0, gaps: 0, exited: 0 };

/** Several servers on one PostgreSQL, which are killed, paused and cut off. */
export const clusterTrials: readonly Trial[] = [
  {
    name: 'cluster: 300 tasks and 12 watchers on three instances',
    run: async () => {
      const figures = await clusterTrial(() => Promise.resolve());
      return { ...figures, p95Over100: Number((figures['p95LagMs'] ?? 0) > 100) };
    },
    must: { ...nothing, unknown: 0, p95Over100: 0 },
  },
  {
    name: 'cluster: kill -9 of each instance in turn',
    run: () =>
      clusterTrial(async ({ instances }) => {
        for (const instance of instances) {
          await sleep(1000);
          await instance.program().kill('SIGKILL');
          await sleep(500);
          await instance.start();
        }
      }),
    must: nothing,
  },
  {
    name: 'cluster: an instance is paused for two leases, twice',
    run: () =>
      clusterTrial(async ({ instances }) => {
        for (const { program } of instances.slice(0, 2)) {
          await sleep(500);
          process.kill(program().pid, 'SIGSTOP');
          await sleep(2 * leaseMs);
          process.kill(program().pid, 'SIGCONT');
        }
      }),
    must: nothing,
  },
  {
    name: 'cluster: each instance is paused for two leases while its paid requests are answered',
    run: () =>
      clusterTrial(
        async ({ instances }) => {
          for (const { program } of instances) {
            await sleep(1000);
            process.kill(program().pid, 'SIGSTOP');
            await sleep(2 * leaseMs);
            process.kill(program().pid, 'SIGCONT');
          }
        },
        // The provider takes the task at once and answers while the instance that asked is paused.
        { behaviour: ' [sim:create-late=3000]', tasks: 150 },
      ),
    must: nothing,
  },
  {
    name: 'cluster: the disk of one instance is full',
    run: async () => {
      if (spawnSync('unshare', ['-m', 'true']).status !== 0)
        return 'it needs root and unshare, for a small file system of its own';
      return clusterTrial(() => Promise.resolve(), { isFirstDiskFull: true, tasks: 100 });
    },
    must: { ...nothing, unknown: 0 },
  },
  {
    name: 'cluster: PostgreSQL is restarted',
    run: () =>
      clusterTrial(async ({ postgres }) => {
        await sleep(1500);
        await postgres.stop();
        await sleep(3000);
        await postgres.start();
      }),
    must: nothing,
  },
  {
    name: 'cluster: PostgreSQL is frozen for 20 s',
    run: () =>
      clusterTrial(async ({ postgres }) => {
        await sleep(1500);
        const frozen = await postgres.processes();
        for (const pid of frozen) process.kill(pid, 'SIGSTOP');
        await sleep(20_000);
        for (const pid of frozen) process.kill(pid, 'SIGCONT');
      }),
    must: nothing,
  },
  {
    name: 'cluster: one instance is cut off from PostgreSQL for 15 s, silently',
    run: () =>
      clusterTrial(async ({ instances }) => {
        await sleep(1500);
        instances[0]?.wire.halfOpen();
        await sleep(15_000);
        instances[0]?.wire.cut();
      }),
    must: nothing,
  },
];
