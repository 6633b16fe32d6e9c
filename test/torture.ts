// The full lengths of what the suite tries in short: `npm run torture`. Ends with 1 when a promise does not hold.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { callbackLatency } from './support/callback-latency.ts';
import { killRounds } from './support/kill-rounds.ts';
import { mediaFuzz } from './support/media-fuzz.ts';
import { Caller } from './support/kie-app.ts';
import {
  pointedAt,
  startServer,
  startServerWithSettableClock,
  startSimulatorProcess,
  statsOf,
  type Program,
} from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { waitFor } from './support/wait-for.ts';

type Figures = Readonly<Record<string, number>>;

/** One trial: what it is, how it goes, and which of its figures must be what. */
interface Trial {
  readonly name: string;
  readonly run: () => Promise<Figures>;
  readonly must: Figures;
}

const minutes = 60_000;
const killCount = Number(process.argv[2] ?? 200);

const trials: readonly Trial[] = [
  {
    name: `kill -9, ${killCount} rounds`,
    run: async () => ({ ...(await killRounds(killCount, Math.random)) }),
    must: { lost: 0, otherEnds: 0, createdTwice: 0, endsToldTwice: 0, endsNotTold: 0 },
  },
  {
    name: '100 tasks that are called back, checks a minute apart',
    run: async () => {
      const figures = await callbackLatency(100, 3000);
      return {
        ...figures,
        p95OverOneSecond: Number(figures.p95Ms >= 1000),
        tasksOverTwoChecks: Number(figures.mostChecks > 2),
      };
    },
    must: { p95OverOneSecond: 0, tasksOverTwoChecks: 0 },
  },
  {
    name: '60 tasks at once, 20 creates in ten seconds',
    run: () =>
      trial({ KIE_CREATES_PER_10S: '20' }, ['--creates-per-10s', '20'], async (caller, simulator) => {
        const ids = await many(caller, 60, 'fox');
        await allCompleted(caller, ids);
        const { rateLimited } = await statsOf(simulator);
        return { rateLimited };
      }),
    must: { rateLimited: 0, createdTwice: 0 },
  },
  {
    name: 'an outage of 60 s over 200 tasks',
    run: () =>
      trial({}, ['--duration-ms', '5000'], async (caller, simulator) => {
        const ids = await many(caller, 200, 'fox');
        await eachHasAnId(caller, ids);
        const before = (await statsOf(simulator)).checks;
        await outage(simulator, minutes);
        await waitFor(
          'its end',
          async () => (await caller.task(ids[0] ?? ''))?.stage,
          (stage) => stage !== 'GENERATING',
          2 * minutes,
        );
        const during = (await statsOf(simulator)).checks - before;
        await allCompleted(caller, ids);
        return { tasks: ids.length, checksDuringAndJustAfter: during };
      }),
    must: { createdTwice: 0 },
  },
  ...['create-drop', 'create-cut', 'create-accept-500', 'create-hang'].map((marker): Trial => ({
    name: `100 tasks, each with ${marker}`,
    run: () =>
      trial({ PROVIDER_TIMEOUT_MS: '2000' }, [], async (caller) => {
        const ids = await many(caller, 100, `fox [sim:${marker}]`);
        await each(caller, ids, (stage) => stage === 'SUBMISSION_UNKNOWN');
        const other = await many(caller, 1, 'owl');
        await allCompleted(caller, other);
        return { unknown: ids.length };
      }),
    must: { createdTwice: 0, unknown: 100 },
  })),
  {
    name: 'a storm of 429: three for each of 30 tasks',
    run: () =>
      trial({}, [], async (caller) => {
        const ids = await many(caller, 30, 'fox [sim:create-http=429] [sim:retry-after=1] [sim:times=3]');
        await eachEnds(caller, ids);
        const ends = await Promise.all(ids.map((id) => caller.task(id)));
        return {
          completed: ends.filter((task) => task?.stage === 'COMPLETED').length,
          unknown: ends.filter((task) => task?.stage === 'SUBMISSION_UNKNOWN').length,
        };
      }),
    must: { createdTwice: 0 },
  },
  ...[-60, 60].map((jump): Trial => ({
    name: `the clock is set by ${jump} minutes over 50 tasks`,
    run: () =>
      trial(
        { CLOCK_JUMP_MS: String(jump * minutes) },
        ['--duration-ms', '3000'],
        async (caller, _simulator, server) => {
          const ids = await many(caller, 50, 'fox');
          await eachHasAnId(caller, ids);
          process.kill(server.pid, 'SIGUSR2');
          await allCompleted(caller, ids);
          return { completed: ids.length };
        },
      ),
    must: { createdTwice: 0 },
  })),
];

const mediaTrials: readonly Trial[] = [
  {
    name: '50,000 videos and images with numbers changed at random',
    run: () => mediaFuzz(50_000, Number(process.argv[3] ?? Date.now() % 2 ** 31)),
    must: { slow: 0, thrown: 0 },
  },
  {
    name: 'the media folder is removed for 10 s over 50 tasks',
    run: () =>
      trial({}, ['--duration-ms', '2000'], async (caller, _simulator, server, folder) => {
        const directory = join(folder, 'media');
        const ids = await many(caller, 50, 'fox');
        await rm(directory, { recursive: true });
        const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
        await waitFor('not ready', readyz, (status) => status === 503);
        let slowestMs = 0;
        let wasReady = 0;
        for (const end = Date.now() + 10_000; Date.now() < end;) {
          const begun = performance.now();
          await fetch(`${server.url}/healthz`);
          slowestMs = Math.max(slowestMs, performance.now() - begun);
          if ((await readyz()) === 200) wasReady += 1;
        }
        const tasks = await Promise.all(ids.map((id) => caller.task(id)));
        const early = tasks.filter((task) => task?.status !== 'PROCESSING').length;
        await mkdir(directory);
        await allCompleted(caller, ids);
        return { wasReady, early, healthOver200Ms: Number(slowestMs > 200) };
      }),
    must: { createdTwice: 0, wasReady: 0, early: 0, healthOver200Ms: 0 },
  },
];

/** A server and a simulator of their own; adds how often a prompt was created twice. */
async function trial(
  env: Record<string, string>,
  simulation: string[],
  run: (caller: Caller, simulator: Program, server: Program, folder: string) => Promise<Figures>,
): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess(
    ...(simulation.includes('--creates-per-10s') ? [] : ['--creates-per-10s', '0']),
    ...(simulation.includes('--duration-ms') ? [] : ['--duration-ms', '300']),
    ...simulation,
  );
  const start = env['CLOCK_JUMP_MS'] === undefined ? startServer : startServerWithSettableClock;
  await using server = await start({ ...pointedAt(simulator, folder.path), ...env });
  const figures = await run(new Caller(server.url), simulator, server, folder.path);
  const { tasks } = await statsOf(simulator);
  const prompts = Object.values(tasks).flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  return { ...figures, accepted: prompts.length, createdTwice: prompts.length - new Set(prompts).size };
}

const many = async (caller: Caller, count: number, prompt: string) =>
  (await Promise.all(Array.from({ length: count }, (_, index) => caller.make(`${prompt} ${index}`)))).map(
    ({ id }) => id,
  );

async function each(caller: Caller, ids: readonly string[], isThere: (stage: string) => boolean) {
  for (const id of ids) {
    await waitFor('a stage', async () => (await caller.task(id))?.stage ?? '', isThere, 2 * minutes);
  }
}

const allCompleted = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => stage === 'COMPLETED');
const eachEnds = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => /COMPLETED|FAILED|SUBMISSION_UNKNOWN/.test(stage));
const eachHasAnId = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => stage === 'GENERATING' || stage === 'COMPLETED');
const outage = (simulator: Program, ms: number) =>
  fetch(`${simulator.url}/_simulator/outage`, { method: 'POST', body: JSON.stringify({ ms }) });

for (const { name, run, must } of [...mediaTrials, ...trials]) {
  const begin = performance.now();
  const figures = await run();
  const broken = Object.entries(must).filter(([figure, value]) => figures[figure] !== value);
  if (broken.length > 0) process.exitCode = 1;
  process.stdout.write(
    `${broken.length === 0 ? 'holds ' : 'BROKEN'}  ${name}, ${Math.round((performance.now() - begin) / 1000)} s  ${JSON.stringify(figures)}\n`,
  );
}
