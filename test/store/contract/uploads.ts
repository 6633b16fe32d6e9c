import { describe, expect, test } from 'vitest';
import type { Upload } from '../../../src/store/video-task.ts';
import { local } from '../../support/sample-task.ts';
import { now, other, type StoreTests } from './fixture.ts';

const image = (id: string): Upload => ({
  id,
  owner: local,
  mediaKey: `${id}.png`,
  contentType: 'image/png',
  width: 2,
  height: 1,
  createdAt: now,
  usedAt: now,
});

/** Uploads are their owner's, and live for as long as they are used. */
export function uploadsContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: uploads`, () => {
    test(
      'are found by their owner alone, again and again',
      withStore(async (store) => {
        await store.insertUpload(image('a'));
        const found = { ...image('a'), usedAt: now + 5 };
        expect([
          await store.useUpload(local, 'a', now + 5),
          await store.useUpload(local, 'a', now + 5),
          await store.useUpload(other, 'a', now + 5),
          await store.useUpload(local, 'b', now + 5),
        ]).toEqual([found, found, null, null]);
        // A look is no use.
        expect([
          await store.getUpload(local, 'a'),
          await store.getUpload(other, 'a'),
          await store.getUpload(local, 'b'),
        ]).toEqual([found, null, null]);
      }),
    );

    test(
      'are swept by their last use, which somebody else does not count as',
      withStore(async (store) => {
        for (const id of ['used', 'idle', 'tried']) await store.insertUpload(image(id));
        await store.useUpload(local, 'used', now + 10);
        await store.useUpload(other, 'tried', now + 10);
        await store.getUpload(local, 'idle');
        expect(await store.sweepUploads(now)).toEqual([]);
        expect((await store.sweepUploads(now + 1)).toSorted()).toEqual(['idle.png', 'tried.png']);
        expect(await store.useUpload(local, 'idle', now + 2)).toBeNull();
        expect(await store.sweepUploads(now + 10)).toEqual([]);
        expect(await store.sweepUploads(now + 11)).toEqual(['used.png']);
      }),
    );
  });
}
