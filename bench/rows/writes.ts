import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { cpuMs } from '../../test/support/watch-loop.ts';
import { fire } from '../autocannon.ts';
import { atLeast, atMost, median, rounded, type Row, type Target } from '../report.ts';
import { prompt } from '../tasks.ts';
import { addWaiting, fillDatabase } from './database.ts';
import { longestHealthMs } from './reads.ts';
import { WatchedServer } from './server.ts';

const finished = 1000;
/** Rounds, and the claims of each: the CPU of one is too little to be measured. */
const claimRounds = 15;
const claimsPerRound = 20;
const mutation =
  'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } userErrors { message } } }';

/** `generateVideo` on 50 connections while 50,000 tasks wait, next to an empty queue, in alternation. */
export async function measureCreates(
  folder: string,
  simulator: { readonly url: string },
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<{ rows: Row[]; targets: Target[] }> {
  await using stack = new AsyncDisposableStack();
  const contestants: { waiting: number; server: WatchedServer; perSecond: number[]; cpuUs: number[] }[] = [];
  for (const waiting of [0, 50_000]) {
    const database = await fillDatabase(join(folder, `creates-${waiting}`), finished);
    addWaiting(database.file, waiting);
    const server = stack.use(await WatchedServer.start(database, simulator));
    contestants.push({ waiting, server, perSecond: [], cpuUs: [] });
  }
  const load = ({ url }: WatchedServer, forSeconds: number) =>
    fire({
      url: `${url}/graphql`,
      headers: { 'content-type': 'application/json' },
      bodies: [JSON.stringify({ query: mutation, variables: { input: { prompt } } })],
      connections: 50,
      seconds: forSeconds,
    });
  for (const { server } of contestants) {
    await load(server, 1);
    await server.longestMs();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { server, perSecond, cpuUs } of contestants) {
      const before = await server.cpuMs();
      const { requests } = await load(server, seconds);
      perSecond.push(requests.average);
      cpuUs.push((((await server.cpuMs()) - before) / requests.total) * 1000);
    }
  }
  const [empty, full] = contestants;
  const ratio = median(
    (full?.perSecond ?? []).map((value, round) => value / (empty?.perSecond[round] ?? Number.NaN)),
  );
  const rows: Row[] = [];
  const targets = [atLeast('generateVideo per second, with 50,000 waiting / with none', ratio, 0.8)];
  for (const { waiting, server, perSecond, cpuUs } of contestants) {
    const longest = await server.longestMs();
    const work = `generateVideo, 50 connections, ${waiting.toLocaleString('en')} waiting`;
    rows.push({
      work,
      'per second': Math.round(median(perSecond)),
      'CPU µs each': rounded(median(cpuUs)),
      'longest /healthz ms': rounded(longest),
    });
    targets.push(atMost(`${work}: longest /healthz in ms`, longest, longestHealthMs));
  }
  return { rows, targets };
}

/** The CPU of a claim with 1,000 and with 100,000 waiting rows, in alternation, in this process. */
export async function measureClaims(folder: string): Promise<{ rows: Row[]; targets: Target[] }> {
  await using stack = new AsyncDisposableStack();
  const contestants = [];
  for (const waiting of [1000, 100_000]) {
    const database = await fillDatabase(join(folder, `claims-${waiting}`), finished);
    addWaiting(database.file, waiting);
    contestants.push({
      waiting,
      store: stack.use(await openSqliteStore(database.file)),
      cpuUs: [] as number[],
    });
  }
  const now = Date.now();
  for (let round = 0; round < claimRounds; round += 1) {
    for (const { store, cpuUs } of contestants) {
      const before = cpuMs();
      for (let claim = 0; claim < claimsPerRound; claim += 1) {
        const claimed = await store.claim({
          provider: 'KIE',
          now,
          limit: 1,
          leaseOwner: 'bench',
          leaseUntil: now + 3_600_000,
        });
        await store.dueTimes('KIE');
        if (claimed.length !== 1) throw new Error('Nothing was claimed');
      }
      cpuUs.push(((cpuMs() - before) * 1000) / claimsPerRound);
    }
  }
  const [few = Number.NaN, many = Number.NaN] = contestants.map(({ cpuUs }) => median(cpuUs));
  return {
    rows: contestants.map(({ waiting, cpuUs }) => ({
      work: `a claim and the due times, ${waiting.toLocaleString('en')} waiting`,
      'CPU µs each': rounded(median(cpuUs)),
    })),
    targets: [atMost('CPU of a claim, with 100,000 waiting / with 1,000', many / few, 1.3)],
  };
}
