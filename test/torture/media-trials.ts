import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import type { MediaStore } from '../../src/media/storage/media-store.ts';
import { S3Store } from '../../src/media/storage/s3-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Retention } from '../../src/worker/upkeep/retention.ts';
import { Caller } from '../support/kie-app.ts';
import {
  pointedAt,
  startServer,
  startServerWithSettableClock,
  startSimulatorProcess,
  type Program,
} from '../support/processes.ts';
import { refusesAll, startS3, type TestS3 } from '../support/s3/s3-server.ts';
import { sampleTask, sampleTime, sampleVideo as videoFacts } from '../support/sample-task.ts';
import { sampleVideo } from '../support/sample-videos.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';
import { minutes, watched, type Figures, type Trial } from './trial.ts';

const kinds = ['file', 's3'] as const;
type Kind = (typeof kinds)[number];
const day = 24 * 3_600_000;
const silent = pino({ level: 'silent' });

/** The most memory that a process ever had, in MB. */
async function peakMemory({ pid }: Program): Promise<number> {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** The store that a server of these settings has. */
const openStore = async (kind: Kind, folder: string, s3: TestS3 | null): Promise<MediaStore> =>
  kind === 'file' || s3 === null
    ? FileStore.open(join(folder, 'media'), silent)
    : S3Store.open(s3.location, join(folder, 'spool-of-the-trial'), silent);

const keysOf = async (kind: Kind, folder: string, s3: TestS3 | null): Promise<string[]> =>
  kind === 'file' || s3 === null ? readdir(join(folder, 'media')) : s3.keys();

/** Asks again while connections fail, as clients do: on a busy machine some are closed as they are used. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(200);
    }
  }
}

const bodyOf = (url: string) => patiently(async () => Buffer.from(await (await fetch(url)).arrayBuffer()));

/** How a download fails, and how often. */
const sourceFaults = [
  'file-html',
  'file-cut',
  'file-http=500',
  'file-http=404',
  'file-redirect=http://127.0.0.2:1/x',
  'file-slow',
  'file-no-range',
  'file-octet-stream',
];

async function faultTable(kind: Kind): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '300', '--creates-per-10s', '0');
  await using s3 = await startS3();
  await using server = await startServer({
    ...pointedAt(simulator, folder.path),
    ...(kind === 's3' && s3.env),
  });
  const caller = new Caller(server.url);
  return await watched(server, async () => {
    const faulty: string[] = [];
    for (const fault of sourceFaults) {
      for (const times of [1, 2]) {
        const prompt = `fox [sim:${fault}] [sim:times=${times}] ${times}`;
        faulty.push((await patiently(() => caller.make(prompt))).id);
      }
    }
    const begin = performance.now();
    const plain: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      plain.push((await patiently(() => caller.make(`owl ${index}`))).id);
    }
    for (const id of plain) {
      const seen = () => patiently(() => caller.task(id));
      await waitFor('a video', seen, (task) => task?.stage === 'COMPLETED', 2 * minutes);
    }
    const othersTookMs = Math.round(performance.now() - begin);
    // Each fault of the bucket for a second, with tasks under way.
    const during: string[] = [];
    if (kind === 's3') {
      for (const fault of [
        refusesAll(403, 'AccessDenied'),
        refusesAll(500, 'InternalError'),
        refusesAll(507, 'XMinioStorageFull'),
        refusesAll(404, 'NoSuchBucket'),
      ]) {
        s3.spoil(fault);
        during.push((await patiently(() => caller.make(`elk ${during.length}`))).id);
        await sleep(1000);
      }
      s3.spoil(null);
    }
    const sha256 = createHash('sha256')
      .update(await sampleVideo())
      .digest('hex');
    let completed = 0;
    let incomplete = 0;
    for (const id of [...faulty, ...plain, ...during]) {
      const task = await waitFor(
        'a video',
        () => patiently(() => caller.task(id)),
        (seen) => seen?.stage === 'COMPLETED',
        2 * minutes,
      ).catch(() => null);
      if (task === null) continue;
      completed += 1;
      const { pathname } = new URL(task.videoUrl ?? '');
      const bytes = await bodyOf(`${server.url}${pathname}`);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) incomplete += 1;
    }
    const tasks = faulty.length + plain.length + during.length;
    const left = (await keysOf(kind, folder.path, s3)).length - completed;
    const memoryMb = await peakMemory(server);
    return { tasks, notCompleted: tasks - completed, incomplete, leftOver: left, othersTookMs, memoryMb };
  });
}

async function killDuringCopy(kind: Kind): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '200', '--creates-per-10s', '0');
  await using s3 = await startS3();
  const env = { ...pointedAt(simulator, folder.path), LEASE_MS: '3000', ...(kind === 's3' && s3.env) };
  const spool = join(folder.path, kind === 's3' ? 'spool' : 'media');
  const ids: string[] = [];
  let killedCopies = 0;
  for (let round = 0; round < 5; round += 1) {
    await using server = await startServer(env);
    const caller = new Caller(server.url);
    for (let index = 0; index < 6; index += 1) {
      const prompt = `fox ${round}.${index} [sim:file-slow] [sim:times=${round + 1}]`;
      ids.push((await patiently(() => caller.make(prompt))).id);
    }
    const parts = async () => (await readdir(spool)).filter((name) => name.endsWith('.part')).length;
    killedCopies += await waitFor('copies under way', parts, (count) => count > 0, minutes);
    await server.kill('SIGKILL');
  }
  const sha256 = createHash('sha256')
    .update(await sampleVideo())
    .digest('hex');
  let incomplete = 0;
  let completed = 0;
  {
    await using server = await startServer(env);
    const caller = new Caller(server.url);
    for (const id of ids) {
      const task = await waitFor(
        'a video',
        () => patiently(() => caller.task(id)),
        // A kill between the paid request and its answer leaves that outcome unknown.
        (seen) => seen?.stage === 'COMPLETED' || seen?.stage === 'SUBMISSION_UNKNOWN',
        2 * minutes,
      );
      if (task?.stage !== 'COMPLETED') continue;
      completed += 1;
      const { pathname } = new URL(task.videoUrl ?? '');
      const bytes = await bodyOf(`${server.url}${pathname}`);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) incomplete += 1;
    }
    await server.kill('SIGTERM');
  }
  await using later = await startServerWithSettableClock({ ...env, CLOCK_OFFSET_MS: String(2 * day) });
  const left = async () => (await keysOf(kind, folder.path, s3)).length - completed + s3.unfinished();
  const orphans = await waitFor('the sweep', left, (count) => count === 0, minutes).catch(left);
  await later.kill('SIGTERM');
  return { tasks: ids.length, completed, killedCopies, incomplete, orphans };
}

async function viewers(kind: Kind): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using s3 = await startS3();
  const key = `${'a'.repeat(22)}.mp4`;
  const megabytes = 20;
  const store = await openStore(kind, folder.path, s3);
  await store.write(
    key,
    Array.from({ length: megabytes }, () => Buffer.alloc(1024 ** 2, 'x')),
  );
  await using server = await startServer({ DATA_DIR: folder.path, ...(kind === 's3' && s3.directEnv) });
  const before = await peakMemory(server);
  return await watched(server, async () => {
    const begin = performance.now();
    let connectsRefused = 0;
    /** As players do, a viewer whose connection is refused connects again. */
    const connect = async (): Promise<Response> => {
      for (;;) {
        try {
          return await fetch(`${server.url}/media/${key}`, { headers: { range: 'bytes=0-' } });
        } catch {
          connectsRefused += 1;
          await sleep(100);
        }
      }
    };
    const whole = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const response = await connect();
        let bytes = 0;
        for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).byteLength;
        return response.status === 206 && bytes === megabytes * 1024 ** 2;
      }),
    );
    const seconds = (performance.now() - begin) / 1000;
    return {
      cut: whole.filter((isWhole) => !isWhole).length,
      connectsRefused,
      megabytesPerSecond: Math.round((200 * megabytes) / seconds),
      grewMb: (await peakMemory(server)) - before,
    };
  });
}

async function uploads(kind: Kind): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using s3 = await startS3(join(folder.path, 'objects'));
  await using server = await startServer({ DATA_DIR: folder.path, ...(kind === 's3' && s3.env) });
  // What follows the picture is not looked at.
  const image = Buffer.concat([png, Buffer.alloc(19 * 1024 ** 2)]);
  await upload(server.url, png);
  const before = await peakMemory(server);
  return await watched(server, async () => {
    const kept = await Promise.all(
      Array.from({ length: 100 }, async () => {
        // More than may wait are asked to come again.
        for (;;) {
          const { status, body } = await patiently(() => upload(server.url, image));
          if (status !== 429) return body.data?.uploadReferenceImage.image ?? null;
          await sleep(500);
        }
      }),
    );
    const grewMb = (await peakMemory(server)) - before;
    return {
      notKept: kept.filter((one) => one === null).length,
      grewMb,
      grewOver300Mb: Number(grewMb > 300),
    };
  });
}

async function retention(): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
  const files = await FileStore.open(join(folder.path, 'media'), silent);
  let now = sampleTime;
  const recorder = new Recorder(store, silent, () => now, new Metrics(silent));
  const gigabyte = 1024 ** 3;
  const videoBytes = 100 * 1024 ** 2;
  const block = Buffer.alloc(1024 ** 2, 'x');
  await using bySize = new Retention({
    store,
    instance: 'torture',
    recorder,
    files,
    log: silent,
    now: () => now,
    keepMs: null,
    maxBytes: 2 * gigabyte,
  });
  const ids: TaskId[] = [];
  let mostBytes = 0;
  const use = async () => (await store.media.use()).find(({ kind }) => kind === 'video')?.bytes ?? 0;
  for (let written = 0; written < 10 * gigabyte; written += videoBytes) {
    now += day;
    const inserted = await store.insert(sampleTask({ stage: 'GENERATING' }), null);
    if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
    const mediaKey = `${String(ids.length).padStart(4, '0')}.mp4`;
    await files.write(
      mediaKey,
      Array.from({ length: videoBytes / block.byteLength }, () => block),
    );
    const video = { ...videoFacts, mediaKey, bytes: videoBytes, archivedAt: now };
    const patch = { stage: 'COMPLETED', result: { completedAt: now, video } } as const;
    await store.change(inserted.task.id, () => ({ patch, announces: true, transition: null }));
    ids.push(inserted.task.id);
    await bySize.enforce();
    mostBytes = Math.max(mostBytes, await use());
  }
  const removed = await Promise.all(
    ids.map(async (id) => (await store.get(id))?.result.video?.removedAt !== undefined),
  );
  const left = (await readdir(files.directory)).toSorted();
  const newest = left.every((name, index) => Number.parseInt(name) === ids.length - left.length + index);
  return {
    videos: ids.length,
    left: left.length,
    notTheNewest: Number(!newest),
    removedNotTold: ids.length - left.length - removed.filter(Boolean).length,
    overLimit: Number(mostBytes > 2 * gigabyte),
  };
}

/** Videos and images in both stores: faults, kills, crowds, and what is kept for how long. */
export const mediaTrials: readonly Trial[] = [
  ...kinds.flatMap((kind): Trial[] => [
    {
      name: `every fault of a source, and of the store (${kind})`,
      run: () => faultTable(kind),
      must: { notCompleted: 0, incomplete: 0, leftOver: 0, slowHealth: 0 },
    },
    {
      name: `kill -9 while videos are copied, five times (${kind})`,
      run: () => killDuringCopy(kind),
      must: { tasks: 30, incomplete: 0, orphans: 0 },
    },
    {
      name: `200 viewers of one video of 20 MB (${kind})`,
      run: () => viewers(kind),
      must: { cut: 0, slowHealth: 0 },
    },
    {
      name: `100 uploads of 19 MB at once (${kind})`,
      run: () => uploads(kind),
      must: { notKept: 0, grewOver300Mb: 0, slowHealth: 0 },
    },
  ]),
  {
    name: '10 GB of videos, a day apart, where 2 GB are kept',
    run: retention,
    must: { videos: 103, left: 20, notTheNewest: 0, removedNotTold: 0, overLimit: 0 },
  },
];
