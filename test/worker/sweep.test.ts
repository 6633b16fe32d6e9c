import { describe, expect, it } from 'vitest';
import { Caller, taken } from '../support/kie-app.ts';
import { startServerWithSettableClock } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';

const day = 24 * 3_600_000;

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
