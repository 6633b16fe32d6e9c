import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Retention, type RetentionOptions } from '../../src/worker/upkeep/retention.ts';
import { sampleTask, sampleTime, sampleVideo } from '../support/sample-task.ts';
import { generateAt, startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;

/** A store with videos of ten bytes, each a minute younger than the one before. */
async function withVideos(count: number) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const files = await FileStore.open(join(folder.path, 'media'), log);
  const ids: TaskId[] = [];
  for (let index = 0; index < count; index += 1) {
    const inserted = await store.insert(sampleTask({ stage: 'GENERATING' }), null);
    if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
    const mediaKey = `${String(index).padStart(4, '0')}.mp4`;
    await files.write(mediaKey, [Buffer.alloc(10)]);
    const archivedAt = sampleTime + index * minute;
    const result = { completedAt: archivedAt, video: { ...sampleVideo, mediaKey, bytes: 10, archivedAt } };
    const patch = { stage: 'COMPLETED', result } as const;
    await store.change(inserted.task.id, () => ({ patch, announces: true, transition: null }));
    ids.push(inserted.task.id);
  }
  const recorder = new Recorder(store, log, () => sampleTime + 7, new Metrics(log));
  const running = stack.move();
  return {
    store,
    files,
    ids,
    lines,
    left: async () => (await readdir(files.directory)).toSorted(),
    retention: (limits: Partial<RetentionOptions>) =>
      new Retention({
        instance: 'this',
        store,
        recorder,
        files,
        log,
        now: () => sampleTime + count * minute,
        keepMs: null,
        maxBytes: null,
        ...limits,
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const removedAt = async (store: Store, id: TaskId | undefined) =>
  (await store.get(id ?? ('' as TaskId)))?.result.video?.removedAt;

describe('the retention', () => {
  it('removes what is too old, and reports it by a new revision', async () => {
    await using videos = await withVideos(5);
    const { store, ids } = videos;
    const before = await store.lastRevision();
    await videos.retention({ keepMs: 3 * minute }).enforce();
    expect(await videos.left()).toEqual(['0002.mp4', '0003.mp4', '0004.mp4']);
    expect(await Promise.all(ids.map((id) => removedAt(store, id)))).toEqual([
      sampleTime + 7,
      sampleTime + 7,
      undefined,
      undefined,
      undefined,
    ]);
    const changed = await store.changesAfter(before, { limit: 9 });
    expect(changed.map(({ id, stage, hint }) => [id, stage, hint])).toEqual(
      ids.slice(0, 2).map((id) => [id, 'COMPLETED', expect.stringContaining('deleted its copy') as string]),
    );
  });

  it('removes the oldest while all take too much: the newest stay', async () => {
    await using videos = await withVideos(120);
    await videos.retention({ maxBytes: 100 }).enforce();
    const left = await videos.left();
    expect([left.length, left[0], left.at(-1)]).toEqual([10, '0110.mp4', '0119.mp4']);
    expect(await videos.store.media.use()).toEqual([{ kind: 'video', files: 10, bytes: 100 }]);
  });

  it('leaves everything where nothing is limited or over the limit', async () => {
    await using videos = await withVideos(3);
    await videos.retention({}).enforce();
    await videos.retention({ keepMs: 60 * minute, maxBytes: 30 }).enforce();
    expect((await videos.left()).length).toBe(3);
  });

  it('removes the row after the file: one that was cut off in between is finished by the next round', async () => {
    await using videos = await withVideos(2);
    await videos.files.remove('0000.mp4');
    await videos.retention({ keepMs: minute }).enforce();
    expect(await removedAt(videos.store, videos.ids[0])).toBe(sampleTime + 7);
  });

  it('keeps the row of a file that cannot be removed, goes on with others, and logs it once a round', async () => {
    await using videos = await withVideos(3);
    const stuck = join(videos.files.directory, '0000.mp4');
    await rm(stuck);
    await mkdir(join(stuck, 'inside'), { recursive: true });
    const retention = videos.retention({ maxBytes: 10 });
    await retention.enforce();
    expect([await videos.left(), videos.lines.length]).toEqual([['0000.mp4'], 1]);
    expect(await removedAt(videos.store, videos.ids[0])).toBeUndefined();
    await rm(stuck, { recursive: true });
    await videos.retention({ keepMs: minute, maxBytes: null }).enforce();
    expect(await removedAt(videos.store, videos.ids[0])).toBe(sampleTime + 7);
  });
});

describe('a task whose retention ends', () => {
  it('reports it, and its video is 404', async () => {
    // Two seconds.
    await using app = await startTestApp({ MEDIA_RETENTION_DAYS: '0.0000231' });
    const id = await generateAt(app.url, { prompt: 'fox' });
    const read = async () =>
      (
        await app.query<{ videoTask: SeenVideo }>(
          'query ($id: ID!) { videoTask(id: $id) { status hint videoUrl revision video { archivedAt expiresAt removedAt } } }',
          { id },
        )
      ).videoTask;
    const done = await waitFor('the video', read, ({ status }) => status === 'COMPLETED');
    const { archivedAt, expiresAt } = done.video ?? {};
    expect(Date.parse(expiresAt ?? '') - Date.parse(archivedAt ?? '')).toBe(1996);
    const removed = await waitFor('the removal', read, ({ video }) => video?.removedAt !== null);
    expect(removed).toMatchObject({ status: 'COMPLETED', videoUrl: done.videoUrl });
    expect(removed.hint).toMatch(/deleted its copy/);
    expect(removed.video?.expiresAt).toBe(removed.video?.removedAt);
    expect(removed.revision > done.revision).toBe(true);
    expect((await fetch(done.videoUrl ?? '')).status).toBe(404);
  });
});

interface SeenVideo {
  readonly status: string;
  readonly hint: string | null;
  readonly videoUrl: string | null;
  readonly revision: string;
  readonly video: {
    readonly archivedAt: string;
    readonly expiresAt: string | null;
    readonly removedAt: string | null;
  } | null;
}
