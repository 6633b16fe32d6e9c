import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FileStore } from '../../src/media/storage/file-store.ts';
import { StorageError } from '../../src/media/storage-error.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Housekeeping } from '../../src/worker/upkeep/housekeeping.ts';
import { Caller, taken } from '../support/kie-app.ts';
import { startServerWithSettableClock } from '../support/processes.ts';
import { local, sampleVideo, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

const day = 24 * 3_600_000;

describe('a file that nothing names', () => {
  it('is swept a day after it was begun; what is named, new, or of another database stays', async () => {
    await using folder = await temporaryFolder();
    await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
    const files = await FileStore.open(join(folder.path, 'media'), pino({ level: 'silent' }));
    const begin = async (key: string, at: number) => {
      await store.media.begin(key, at);
      await files.write(key, [png]);
    };
    await files.write('of-another-database', [png]);
    for (const key of ['orphan', 'of-a-task', 'of-an-upload']) await begin(key, sampleTime);
    await begin('new', sampleTime + 1);
    const inserted = await store.insert(sampleTask({ stage: 'GENERATING' }), null);
    if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
    await store.change(inserted.task.id, () => ({
      patch: {
        stage: 'COMPLETED',
        result: { video: { ...sampleVideo, mediaKey: 'of-a-task' } },
      },
      announces: true,
      transition: null,
    }));
    const times = { createdAt: sampleTime, usedAt: sampleTime };
    const size = { bytes: 1, width: 1, height: 1, contentType: 'image/png' } as const;
    await store.insertUpload({ id: 'u', owner: local, mediaKey: 'of-an-upload', ...size, ...times });
    const log = pino({ level: 'silent' });
    const housekeeping = new Housekeeping({
      store,
      files,
      log,
      now: () => sampleTime + day + 1,
      instance: 'this',
    });
    await housekeeping.clean();
    expect((await readdir(files.directory)).toSorted()).toEqual([
      'new',
      'of-a-task',
      'of-an-upload',
      'of-another-database',
    ]);
  });
});

it('the files of a task whose deletion was cut off are removed by the next sweep', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
  const log = pino({ level: 'silent' });
  const files = await FileStore.open(join(folder.path, 'media'), log);
  const inserted = await store.insert(sampleTask({ stage: 'GENERATING' }), null);
  if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
  const { id } = inserted.task;
  const poster = { mediaKey: 'poster', origin: 'FRAME', bytes: 1 } as const;
  for (const key of ['video', 'poster']) await files.write(key, [png]);
  const video = { ...sampleVideo, mediaKey: 'video', poster };
  const change = { announces: true, transition: null };
  await store.change(id, () => ({ ...change, patch: { stage: 'COMPLETED', result: { video } } }));
  // What deleteVideoTask commits before it removes them.
  await store.changeOwn(local, id, () => ({ ...change, patch: { deletedAt: sampleTime } }));
  const housekeeping = new Housekeeping({ store, files, log, now: () => sampleTime, instance: 'this' });
  await housekeeping.clean();
  expect(await readdir(files.directory)).toEqual([]);
});

describe('a file that cannot be removed', () => {
  it('keeps its row and no other file, and is removed when that is possible', async () => {
    await using folder = await temporaryFolder();
    await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const files = await FileStore.open(join(folder.path, 'media'), log);
    const uploads = ['a', 'b', 'c', 'd'];
    for (const key of uploads) {
      const size = { width: 1, height: 1, contentType: 'image/png' } as const;
      const times = { createdAt: sampleTime, usedAt: sampleTime };
      await store.insertUpload({ id: key, owner: local, bytes: 1, mediaKey: key, ...size, ...times });
      await files.write(key, [png]);
    }
    // A folder is in the way of one of them.
    await rm(join(files.directory, 'b'));
    await mkdir(join(files.directory, 'b', 'inside'), { recursive: true });
    const housekeeping = new Housekeeping({
      store,
      files,
      log,
      now: () => sampleTime + 31 * day,
      instance: 'this',
    });
    await housekeeping.clean();
    expect([await readdir(files.directory), lines.length]).toEqual([['b'], 1]);
    await rm(join(files.directory, 'b'), { recursive: true });
    await files.write('b', [png]);
    await housekeeping.clean();
    expect(await readdir(files.directory)).toEqual([]);
    expect(await store.media.unnamed({ begunBefore: sampleTime + 31 * day, after: '', limit: 9 })).toEqual(
      [],
    );
  });

  it('while the whole folder is gone keeps every row', async () => {
    await using folder = await temporaryFolder();
    await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
    const log = pino({ level: 'silent' });
    const files = await FileStore.open(join(folder.path, 'media'), log);
    await store.media.begin('orphan', sampleTime);
    await files.write('orphan', [png]);
    await rename(files.directory, join(folder.path, 'aside'));
    const housekeeping = new Housekeeping({
      store,
      files,
      log,
      now: () => sampleTime + 2 * day,
      instance: 'this',
    });
    await expect(housekeeping.clean()).rejects.toThrow(StorageError);
    await rename(join(folder.path, 'aside'), files.directory);
    await waitFor('the sweep', async () => {
      // A probe that failed a moment ago is remembered.
      await housekeeping.clean().catch((error: unknown) => error);
      return (await readdir(files.directory)).length === 0;
    });
  });
});

describe('an upload', () => {
  it(
    'is swept thirty days after its last use, and a retry that needs it says so',
    { timeout: 60_000 },
    async () => {
      await using folder = await temporaryFolder();
      /** A server of the same folder, so many days later. */
      const after = async <T>(days: number, run: (caller: Caller, url: string) => Promise<T>): Promise<T> => {
        await using server = await startServerWithSettableClock({
          DATA_DIR: folder.path,
          SIMULATOR_DURATION_MS: '100',
          CLOCK_OFFSET_MS: String(days * day),
        });
        const result = await run(new Caller(server.url), server.url);
        await server.kill('SIGTERM');
        return result;
      };
      const uploaded = async (url: string) => {
        const { body } = await upload(url, png);
        if (!body.data?.uploadReferenceImage.image) throw new Error(JSON.stringify(body));
        return body.data.uploadReferenceImage.image;
      };
      const use = async (caller: Caller, uploadId: string) => {
        const { task, userErrors } = await caller.generate({
          prompt: 'fox',
          referenceImages: [{ uploadId }],
        });
        return task?.stage ?? userErrors[0]?.code;
      };
      const served = async (url: string, image: { url: string }) =>
        (await fetch(`${url}${new URL(image.url).pathname}`)).status;
      /** A start sweeps while it answers already. */
      const gone = (url: string, image: { url: string }) =>
        waitFor(
          'the sweep',
          () => served(url, image),
          (status) => status === 404,
        );

      const [used, idle, taskId] = await after(0, async (caller, url) => {
        const image = await uploaded(url);
        const { id } = await caller.make('fox', { referenceImages: [{ uploadId: image.uploadId }] });
        await caller.untilStage(id, 'COMPLETED');
        return [image, await uploaded(url), id] as const;
      });
      // A retry is a use too.
      await after(20, async (caller) => taken(await caller.byId('retryVideoTask', taskId)));
      const atDay31 = await after(31, async (caller, url) => [
        await gone(url, idle),
        await served(url, used),
        await use(caller, used.uploadId),
        await use(caller, idle.uploadId),
      ]);
      expect(atDay31).toEqual([404, 200, 'WAITING', 'NOT_FOUND']);
      const atDay62 = await after(62, async (caller, url) => [
        await gone(url, used),
        (await caller.byId('retryVideoTask', taskId)).userErrors[0],
      ]);
      expect(atDay62).toEqual([404, { code: 'NOT_FOUND', field: ['id'] }]);
    },
  );
});
