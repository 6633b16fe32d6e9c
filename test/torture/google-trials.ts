import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Caller } from '../support/kie-app.ts';
import { pointedAtVertex, startServer, startSimulatorProcess } from '../support/processes.ts';
import { killRounds } from '../support/kill-rounds.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { allCompleted, many, watched, type Figures, type Trial } from './trial.ts';

const videoBytes = 20_000_000;

/** The most memory that a process ever had, in MB; null where the system does not say. */
async function peakMegabytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

/** The bytes of a video as the simulator makes them, hashed: the sample, and a `free` box of the operation's own bytes. */
async function expectedHash(operation: string): Promise<string> {
  const sample = await readFile(new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(videoBytes - sample.byteLength);
  head.write('free', 4, 'latin1');
  const filler = createHash('sha512').update(operation).digest();
  const left = videoBytes - sample.byteLength - 8;
  const whole = Buffer.alloc(left, filler);
  return createHash('sha256').update(sample).update(head).update(whole).digest('hex');
}

/** Videos of 20 MB inside of responses, so many at once. */
async function run(count: number): Promise<Figures | string> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess(
    '--duration-ms',
    '2000',
    '--behave',
    `google-bytes=${videoBytes}`,
  );
  await using server = await startServer(pointedAtVertex(simulator, folder.path));
  const caller = new Caller(server.url);
  return await watched(server, async () => {
    const ids = await many(caller, count, 'fox');
    await allCompleted(caller, ids);
    let wrong = 0;
    for (const id of ids) {
      const task = await caller.task(id);
      const response = await fetch(task?.videoUrl ?? '');
      const bytes = Buffer.from(await response.arrayBuffer());
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (hash !== (await expectedHash(task?.providerTaskId ?? ''))) wrong += 1;
    }
    const peak = (await peakMegabytes(server.pid)) ?? 0;
    return { videos: ids.length, wrong, peakMegabytes: peak, above400: peak > 400 ? 1 : 0 };
  });
}

/** Google as the provider: large videos inside of responses, and kills, for a quarter of the rounds of the others. */
export const googleTrials = (kills: number): readonly Trial[] => [
  {
    name: '20 videos of 20 MB inside of responses at once',
    run: () => run(20),
    must: { videos: 20, wrong: 0, above400: 0, slowHealth: 0 },
  },
  {
    name: `${Math.ceil(kills / 4)} rounds of kill -9 under load, with Google as the provider`,
    run: async () => ({ ...(await killRounds(Math.ceil(kills / 4), Math.random, pointedAtVertex)) }),
    must: { lost: 0, otherEnds: 0, createdTwice: 0, endsToldTwice: 0, endsNotTold: 0 },
  },
];
