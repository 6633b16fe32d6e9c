import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { MediaFiles } from '../../src/media/media-files.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { Housekeeping } from '../../src/worker/housekeeping.ts';
import { Caller, taken } from '../support/kie-app.ts';
import { startServerWithSettableClock } from '../support/processes.ts';
import { local, sampleFullTask, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';

const day = 24 * 3_600_000;

describe('a file that nothing names', () => {
  it('is swept a day after it was begun; what is named, new, or of another database stays', async () => {
    await using folder = await temporaryFolder();
    await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
    const files = await MediaFiles.open(join(folder.path, 'media'));
    const begin = async (key: string, at: number) => {
      await store.beginMedia(key, at);
      await files.write(key, [png]);
    };
    await files.write('of-another-database', [png]);
    for (const key of ['orphan', 'of-a-task', 'of-an-upload']) await begin(key, sampleTime);
    await begin('new', sampleTime + 1);
    const inserted = await store.insert(sampleTask({ stage: 'GENERATING' }), null);
    if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
    await store.change(inserted.task.id, () => ({
      patch: { stage: 'COMPLETED', video: { ...sampleFullTask().video, mediaKey: 'of-a-task' } },
      announces: true,
      transition: null,
    }));
    const times = { createdAt: sampleTime, usedAt: sampleTime };
    const size = { width: 1, height: 1, contentType: 'image/png' } as const;
    await store.insertUpload({ id: 'u', owner: local, mediaKey: 'of-an-upload', ...size, ...times });
    const log = pino({ level: 'silent' });
    const housekeeping = new Housekeeping({ store, files, log, now: () => sampleTime + day + 1 });
    await housekeeping.clean();
    expect((await readdir(files.directory)).toSorted()).toEqual([
      'new',
      'of-a-task',
      'of-an-upload',
      'of-another-database',
    ]);
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

      const [used, idle, taskId] = await after(0, async (caller, url) => {
        const image = await uploaded(url);
        const { id } = await caller.make('fox', { referenceImages: [{ uploadId: image.uploadId }] });
        await caller.untilStage(id, 'COMPLETED');
        return [image, await uploaded(url), id] as const;
      });
      // A retry is a use too.
      await after(20, async (caller) => taken(await caller.byId('retryVideoTask', taskId)));
      const atDay31 = await after(31, async (caller, url) => [
        await served(url, used),
        await served(url, idle),
        await use(caller, used.uploadId),
        await use(caller, idle.uploadId),
      ]);
      expect(atDay31).toEqual([200, 404, 'WAITING', 'NOT_FOUND']);
      const atDay62 = await after(62, async (caller, url) => [
        await served(url, used),
        (await caller.byId('retryVideoTask', taskId)).userErrors[0],
      ]);
      expect(atDay62).toEqual([404, { code: 'NOT_FOUND', field: ['id'] }]);
    },
  );
});
