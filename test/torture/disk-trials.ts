import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Caller, type SeenTask } from '../support/kie-app.ts';
import {
  pointedAt,
  startProgram,
  startServer,
  startSimulatorProcess,
  statsOf,
  type Program,
} from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';
import { minutes, stopsBadly, watched, type Figures, type Trial } from './trial.ts';

/** Every answer and event that people read of a task. */
const textOf = ({ hint, error, history }: SeenTask): string => JSON.stringify([hint, error, history]);

/** Tasks as they are in the end: what does not end is as it was after the deadline. */
async function endsOf(caller: Caller, ids: readonly string[], deadlineMs: number): Promise<SeenTask[]> {
  const ends: SeenTask[] = [];
  for (const id of ids) {
    const read = () => caller.task(id).catch(() => null);
    const isEnd = (task: SeenTask | null) =>
      task !== null && /COMPLETED|FAILED|SUBMISSION_UNKNOWN/.test(task.stage);
    const end = await waitFor('an end', read, isEnd, deadlineMs).catch(read);
    if (end !== null) ends.push(end);
  }
  return ends;
}

const count = (tasks: readonly SeenTask[], matches: (task: SeenTask) => boolean): number =>
  tasks.filter(matches).length;

const createdTwice = async (simulator: Program): Promise<number> => {
  const { tasks } = await statsOf(simulator);
  const prompts = Object.values(tasks).flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  return prompts.length - new Set(prompts).size;
};

/** Takes all that is left of a small file system; the answered function gives it back. */
function fill(folder: string): () => Promise<void> {
  const path = join(folder, 'ballast');
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096, 1));
  } catch {
    // No space for another block: that is the point.
  } finally {
    closeSync(file);
  }
  return () => rm(path, { force: true });
}

/** The server in a mount namespace of its own, with its data on a file system of 24 MB. */
const startOnSmallDisk = (folder: string, env: Record<string, string>) =>
  startProgram(
    ['unshare', '-m', 'bash', '-c', 'mount -t tmpfs -o size=24m none "$DATA_DIR" && exec node src/main.ts'],
    { PORT: '0', ...env, DATA_DIR: folder },
  );

async function fullDisk(): Promise<Figures | string> {
  if (spawnSync('unshare', ['-m', 'true']).status !== 0)
    return 'it needs root and unshare, for a small file system of its own';
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '300', '--creates-per-10s', '0');
  await using server = await startOnSmallDisk(folder.path, {
    ...pointedAt(simulator, folder.path),
    LEASE_MS: '3000',
  });
  const disk = `/proc/${server.pid}/root${folder.path}`;
  const caller = new Caller(server.url);
  const figures = await watched(server, async () => {
    const ids: string[] = [];
    const kinds = [
      '',
      ' [sim:create-code=422]',
      ' [sim:create-http=429] [sim:times=1]',
      ' [sim:create-late=300]',
    ];
    for (let round = 0; round < 8; round += 1) {
      const prompts = kinds.map((kind, index) => `fox ${round}.${index}${kind} ${'x'.repeat(3000)}`);
      const made = prompts.map((prompt) => caller.make(prompt).catch(() => null));
      // While requests and answers of the provider are under way, at another moment each round.
      await sleep(20 * round);
      const empty = fill(disk);
      const duringIt = caller.make(`owl ${round} ${'x'.repeat(3000)}`).catch(() => null);
      await sleep(1500);
      await empty();
      for (const task of await Promise.all([...made, duringIt])) if (task !== null) ids.push(task.id);
    }
    const ends = await endsOf(caller, ids, minutes);
    const refused = (task: SeenTask) => task.prompt.includes('create-code=422');
    return {
      acknowledged: ids.length,
      lost: ids.length - ends.length,
      completed: count(ends, ({ stage }) => stage === 'COMPLETED'),
      unknown: count(ends, ({ stage }) => stage === 'SUBMISSION_UNKNOWN'),
      notEnded: count(ends, ({ stage }) => !/COMPLETED|FAILED|SUBMISSION_UNKNOWN/.test(stage)),
      failedWithoutCause: count(ends, (task) => task.stage === 'FAILED' && !refused(task)),
      refusedButOpen: count(ends, (task) => refused(task) && task.error?.billed !== 'NO'),
    };
  });
  return {
    ...figures,
    createdTwice: await createdTwice(simulator),
    causeNotLogged: Number(!/disk is full|ENOSPC|SQLITE_FULL/i.test(server.output())),
    stopsBadly: await stopsBadly(server),
  };
}

async function removedMediaFolder(): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '300', '--creates-per-10s', '0');
  await using server = await startServer(pointedAt(simulator, folder.path));
  const media = join(folder.path, 'media');
  const caller = new Caller(server.url);
  const figures = await watched(server, async () => {
    const before = await caller.make('fox before');
    await caller.untilStage(before.id, 'COMPLETED');
    await rm(media, { recursive: true });
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1) ids.push((await caller.make(`fox ${index}`)).id);
    const uploaded = await upload(server.url, png).catch(() => null);
    const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
    await waitFor('not to be ready', readyz, (status) => status === 503).catch(() => null);
    let readyWhileGone = 0;
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(100)) {
      if ((await readyz()) === 200) readyWhileGone += 1;
    }
    const during = (await Promise.all(ids.map((id) => caller.task(id)))).filter((task) => task !== null);
    await mkdir(media, { recursive: true });
    const ends = await endsOf(caller, ids, minutes);
    const seen = [...during, ...ends].map(textOf).join() + JSON.stringify(uploaded?.body ?? null);
    return {
      failed: count(ends, ({ stage }) => stage === 'FAILED'),
      completed: count(ends, ({ stage }) => stage === 'COMPLETED'),
      pathsShown: Number(seen.includes(folder.path) || /ENOENT|\/media\//.test(seen)),
      endedWhileGone: count(during, ({ status }) => status !== 'PROCESSING' && status !== 'QUEUED'),
      readyWhileGone,
    };
  });
  return {
    ...figures,
    createdTwice: await createdTwice(simulator),
    notLogged: Number(!/"level":50/.test(server.output())),
    stopsBadly: await stopsBadly(server),
  };
}

/** Faults of our own disk: they are ours to say, and lose nothing that was paid for. */
export const diskTrials: readonly Trial[] = [
  {
    name: 'the disk is full for 1.5 s, eight times, as answers of paid requests arrive',
    run: fullDisk,
    must: {
      lost: 0,
      unknown: 0,
      notEnded: 0,
      failedWithoutCause: 0,
      refusedButOpen: 0,
      createdTwice: 0,
      causeNotLogged: 0,
      slowHealth: 0,
      stopsBadly: 0,
    },
  },
  {
    name: 'the media folder is removed under 20 tasks, and comes back',
    run: removedMediaFolder,
    must: {
      completed: 20,
      failed: 0,
      pathsShown: 0,
      createdTwice: 0,
      notLogged: 0,
      readyWhileGone: 0,
      endedWhileGone: 0,
      slowHealth: 0,
      stopsBadly: 0,
    },
  },
];
