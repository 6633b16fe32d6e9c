import { Caller } from '../support/kie-app.ts';
import {
  pointedAt,
  startServer,
  startServerWithSettableClock,
  startSimulatorProcess,
  statsOf,
  type Program,
} from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchHealth, type SlowAnswer } from './health-watch.ts';

/** What a trial counted. */
export type Figures = Readonly<Record<string, number>>;

/** One trial: what it is, how it goes, and which of its figures must be what. */
export interface Trial {
  readonly name: string;
  /** A text instead of figures says why this machine cannot do it. */
  readonly run: () => Promise<Figures | string>;
  readonly must: Figures;
}

/** In milliseconds. */
export const minutes = 60_000;

/**
 * Runs while another process watches `/healthz`, and adds what it saw.
 *
 * @param explain what was under way when an answer was slow, for people
 */
export async function watched(
  server: Program,
  run: () => Promise<Figures>,
  explain: (slow: SlowAnswer) => string = () => '',
): Promise<Figures> {
  await using watch = watchHealth(server);
  const figures = await run();
  const { slow, longestMs, longestWithoutWaitMs, slowAnswers } = await watch.end();
  for (const answer of slowAnswers.toSorted((a, b) => b.ofServerMs - a.ofServerMs).slice(0, 5)) {
    const { sentAt, tookMs, ofServerMs } = answer;
    const at = new Date(sentAt).toISOString();
    process.stdout.write(
      `          /healthz slow at ${at}: ${ofServerMs} of ${tookMs} ms ${explain(answer)}\n`,
    );
  }
  return {
    ...figures,
    slowHealth: slow,
    healthLongestMs: longestMs,
    healthWithoutWaitMs: longestWithoutWaitMs,
  };
}

/** Stops a server as an operator does; 1 when it did not end by itself with 0 within 15 s. */
export async function stopsBadly(server: Program): Promise<number> {
  const deadline = Promise.withResolvers<null>();
  const timer = setTimeout(() => deadline.resolve(null), 15_000);
  const ended = await Promise.race([server.kill('SIGTERM'), deadline.promise]);
  clearTimeout(timer);
  return ended?.code === 0 ? 0 : 1;
}

/** A server and a simulator of their own; adds how often a prompt was created twice. */
export async function trial(
  env: Record<string, string>,
  simulation: string[],
  run: (caller: Caller, simulator: Program, server: Program) => Promise<Figures>,
): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess(
    ...(simulation.includes('--creates-per-10s') ? [] : ['--creates-per-10s', '0']),
    ...(simulation.includes('--duration-ms') ? [] : ['--duration-ms', '300']),
    ...simulation,
  );
  const start = env['CLOCK_JUMP_MS'] === undefined ? startServer : startServerWithSettableClock;
  await using server = await start({ ...pointedAt(simulator, folder.path), ...env });
  const figures = await watched(server, () => run(new Caller(server.url), simulator, server));
  const { tasks } = await statsOf(simulator);
  const prompts = Object.values(tasks).flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  return { ...figures, accepted: prompts.length, createdTwice: prompts.length - new Set(prompts).size };
}

/** Takes so many videos at once and answers their ids. */
export const many = async (caller: Caller, count: number, prompt: string) =>
  (await Promise.all(Array.from({ length: count }, (_, index) => caller.make(`${prompt} ${index}`)))).map(
    ({ id }) => id,
  );

/** Waits until each task is in a stage that is meant. */
export async function each(caller: Caller, ids: readonly string[], isThere: (stage: string) => boolean) {
  for (const id of ids) {
    await waitFor('a stage', async () => (await caller.task(id))?.stage ?? '', isThere, 2 * minutes);
  }
}

/** Waits for every video. */
export const allCompleted = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => stage === 'COMPLETED');
/** Waits for every end. */
export const eachEnds = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => /COMPLETED|FAILED|SUBMISSION_UNKNOWN/.test(stage));
/** Waits until the provider has taken each. */
export const eachHasAnId = (caller: Caller, ids: readonly string[]) =>
  each(caller, ids, (stage) => stage === 'GENERATING' || stage === 'COMPLETED');
/** Makes a simulator answer nothing for a while. */
export const outage = (simulator: Program, ms: number) =>
  fetch(`${simulator.url}/_simulator/outage`, { method: 'POST', body: JSON.stringify({ ms }) });
