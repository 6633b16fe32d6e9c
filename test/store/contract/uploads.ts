import { describe, expect, test } from 'vitest';
import type { Upload } from '../../../src/domain/video-task.ts';
import { local } from '../../support/sample-task.ts';
import { now, other, type StoreTests } from './fixture.ts';

const image = (id: string): Upload => ({
  id,
  owner: local,
  bytes: 100_000,
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
      'are summed for their owner alone, small ones as 64 KB',
      withStore(async (store) => {
        await store.insertUpload(image('a'));
        await store.insertUpload({ ...image('b'), bytes: 70 });
        await store.insertUpload({ ...image('c'), owner: other });
        expect([await store.uploadedBytes(local), await store.uploadedBytes(other)]).toEqual([
          165_536, 100_000,
        ]);
      }),
    );

    test(
      'are swept by their last use, and that of another owner does not count',
      withStore(async (store) => {
        for (const id of ['used', 'idle', 'tried']) await store.insertUpload(image(id));
        await store.useUpload(local, 'used', now + 10);
        await store.useUpload(other, 'tried', now + 10);
        await store.getUpload(local, 'idle');
        const unnamedAfter = async (usedBefore: number) => {
          await store.sweepUploads(usedBefore);
          return store.media.unnamed({ begunBefore: 1, after: '', limit: 9 });
        };
        expect(await unnamedAfter(now)).toEqual([]);
        expect(await unnamedAfter(now + 1)).toEqual(['idle.png', 'tried.png']);
        expect(await store.useUpload(local, 'idle', now + 2)).toBeNull();
        expect(await unnamedAfter(now + 10)).toEqual(['idle.png', 'tried.png']);
        expect(await unnamedAfter(now + 11)).toEqual(['idle.png', 'tried.png', 'used.png']);
      }),
    );

    test(
      'leave their files among those that nothing names, page by page, until these are forgotten',
      withStore(async (store) => {
        for (let index = 0; index < 1003; index += 1) await store.insertUpload(image(`u${index}`));
        await store.media.begin('begun.png', now);
        await store.sweepUploads(now + 1);
        const seen: string[] = [];
        for (let after = ''; ;) {
          const keys = await store.media.unnamed({ begunBefore: now, after, limit: 400 });
          const last = keys.at(-1);
          if (last === undefined) break;
          seen.push(...keys);
          await store.media.forget(keys.filter((key) => key !== 'u7.png'));
          after = last;
        }
        expect(new Set(seen).size).toBe(1003);
        expect(await store.media.unnamed({ begunBefore: now, after: '', limit: 9 })).toEqual(['u7.png']);
        expect(await store.media.unnamed({ begunBefore: now + 1, after: '', limit: 9 })).toEqual([
          'begun.png',
          'u7.png',
        ]);
      }),
    );
  });
}
