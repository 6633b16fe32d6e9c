import { callbackLatency } from '../support/callback-latency.ts';
import { geminiSettings } from '../support/google-app.ts';
import { killRounds } from '../support/kill-rounds.ts';
import { statsOf } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  allCompleted,
  each,
  eachEnds,
  eachHasAnId,
  many,
  minutes,
  outage,
  trial,
  type Trial,
} from './trial.ts';

/** The provider fails, hangs, refuses and goes away; the server is killed and its clock is set. */
export const providerTrials = (killCount: number): readonly Trial[] => [
  {
    name: `kill -9, ${killCount} rounds`,
    run: async () => ({ ...(await killRounds(killCount, Math.random)) }),
    must: { lost: 0, otherEnds: 0, createdTwice: 0, endsToldTwice: 0, endsNotTold: 0 },
  },
  {
    name: `kill -9 with Gemini Omni, ${killCount} rounds`,
    run: async () => ({
      ...(await killRounds(killCount, Math.random, ({ url }, folder) => ({
        DATA_DIR: folder,
        ...geminiSettings(url),
      }))),
    }),
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
    must: { rateLimited: 0, createdTwice: 0, slowHealth: 0 },
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
    must: { createdTwice: 0, slowHealth: 0 },
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
    must: { createdTwice: 0, unknown: 100, slowHealth: 0 },
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
    must: { createdTwice: 0, slowHealth: 0 },
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
    must: { createdTwice: 0, slowHealth: 0 },
  })),
];
