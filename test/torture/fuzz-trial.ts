import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from '../support/kie-app.ts';
import { startProgram, type Program } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { Dice } from './fuzz/dice.ts';
import { sendFrames, sendMessages } from './fuzz/frames.ts';
import { sendImage } from './fuzz/media.ts';
import { startHostileProvider } from './fuzz/provider.ts';
import { sendBody, sendBytes, sendOperation } from './fuzz/requests.ts';
import { minutes, stopsBadly, watched, type Figures, type Trial } from './trial.ts';

/** What the server may take at the most, with a heap limit of 1 GB that ends it before the machine suffers. */
const mostMegabytes = 1000;
const atOnce = 6;

/** One thing to try. Answers what came back. */
type Attack = (url: string, dice: Dice) => Promise<{ readonly body: string; readonly code?: number } | null>;

const attacks: readonly (readonly [name: string, Attack])[] = [
  ['operation', sendOperation],
  ['operation', sendOperation],
  ['body', sendBody],
  ['bytes', sendBytes],
  ['messages', sendMessages],
  ['frames', sendFrames],
  ['image', sendImage],
  ['video', askForVideo],
];

/** The provider serves each task another video. */
async function askForVideo(url: string, dice: Dice): Promise<{ readonly body: string } | null> {
  try {
    const { id } = await new Caller(url).make(`fox ${dice.below(2 ** 31)}`);
    return { body: id };
  } catch (error) {
    return { body: String(error) };
  }
}

/** Megabytes in memory as the system counts them; 0 where it does not say. */
function memoryOf(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}

/** A case that is not answered does not hold up the run. */
const patienceEnds = () => sleep(20_000, null, { ref: false });

/** A case that ran, and when: milliseconds since 1970. */
interface Ran {
  readonly number: number;
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** Attacks for so long. A case is numbered; the seed and its number give the same bytes again. */
async function attack(server: Program, options: FuzzOptions, ran: Ran[]): Promise<Figures> {
  const { seed, seconds, only } = options;
  const end = Date.now() + seconds * 1000;
  let [next, internal, closedWith4500, mostMb] = [0, 0, 0, 0];
  const isOver = () => Date.now() > end || memoryOf(server.pid) === 0;
  const report = (number: number, name: string, what: string) =>
    process.stdout.write(`          seed ${seed} case ${number} (${name}): ${what}\n`);
  const sampler = setInterval(() => (mostMb = Math.max(mostMb, memoryOf(server.pid))), 100);
  const attackOn = async () => {
    while (!isOver()) {
      const number = only ?? next++;
      const dice = new Dice(seed + number * 7919);
      const [name, act] = dice.pick(attacks as [(typeof attacks)[number], ...typeof attacks]);
      const begin = Date.now();
      const seen = await Promise.race([act(server.url, dice), patienceEnds()]);
      ran.push({ number, name, begin, end: Date.now() });
      if (seen === null) continue;
      if (/"code":"INTERNAL"/.test(seen.body)) {
        internal += 1;
        report(number, name, `INTERNAL: ${seen.body.slice(0, 300)}`);
      }
      if (seen.code === 4500) {
        closedWith4500 += 1;
        report(number, name, 'the socket was closed with 4500');
      }
    }
  };
  await Promise.all(Array.from({ length: only === null ? atOnce : 1 }, attackOn));
  clearInterval(sampler);
  return { cases: ran.length, internal, closedWith4500, mostMb };
}

/** How a fuzz run goes. */
export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** The number of the one case to repeat; null: all. */
  readonly only: number | null;
}

async function fuzz(options: FuzzOptions): Promise<Figures> {
  const { seed, seconds } = options;
  process.stdout.write(`          fuzz run: --seed ${seed} --seconds ${seconds}\n`);
  await using folder = await temporaryFolder();
  await using provider = await startHostileProvider(seed);
  await using server = await startProgram(['node', '--max-old-space-size=1024', 'src/main.ts'], {
    PORT: '0',
    DATA_DIR: folder.path,
    PROVIDERS: 'kie',
    KIE_API_KEY: 'k',
    KIE_BASE_URL: provider.url,
    KIE_UPLOAD_URL: provider.url,
    KIE_POLL_INTERVAL_MS: '200',
    KIE_CREATES_PER_10S: '0',
    FETCH_ALLOW_HOSTS: new URL(provider.url).host,
    LIMIT_STALLED_MS: '3000',
  });
  const ran: Ran[] = [];
  const figures = await watched(
    server,
    () => attack(server, options, ran),
    ({ sentAt, tookMs }) => {
      const during = ran.filter(({ begin, end }) => begin < sentAt + tookMs && end > sentAt);
      return `cases under way: ${during.map(({ number, name }) => `${number} (${name})`).join(', ')}`;
    },
  );
  // What is sound is served as before.
  const caller = new Caller(server.url);
  provider.beSound();
  const works = await caller
    .make('fox at the end')
    .then(({ id }) =>
      waitFor(
        'a video',
        () => caller.task(id),
        (task) => task?.stage === 'COMPLETED',
        minutes,
      ),
    )
    .then(
      () => 1,
      () => 0,
    );
  const faults = server
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":50'));
  for (const line of new Set(
    faults.map((fault) => fault.replace(/"time":\d+/, '').slice(0, 300)).slice(0, 5),
  ))
    process.stdout.write(`          logged: ${line}\n`);
  return {
    ...figures,
    overMemory: Number((figures['mostMb'] ?? 0) > mostMegabytes),
    works,
    faultsLogged: faults.length,
    stopsBadly: await stopsBadly(server),
  };
}

/** Documents, bodies, frames and media files that no one means well. */
export const fuzzTrial = (options: FuzzOptions): Trial => ({
  name: `a fuzz run of ${options.seconds} s with seed ${options.seed}`,
  run: () => fuzz(options),
  must: {
    internal: 0,
    closedWith4500: 0,
    overMemory: 0,
    works: 1,
    slowHealth: 0,
    stopsBadly: 0,
  },
});
