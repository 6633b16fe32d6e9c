import { describe, expect, test } from 'vitest';
import type { Video, VideoTask } from '../../../src/domain/video-task.ts';
import type { Store } from '../../../src/store/store.ts';
import { local, sampleVideo } from '../../support/sample-task.ts';
import { announced, insert, now, type StoreTests } from './fixture.ts';

/** A task whose video is stored, at a time. */
async function completed(store: Store, mediaKey: string, at: number, video: Partial<Video> = {}) {
  const task = await insert(store, { stage: 'GENERATING' });
  await store.media.begin(mediaKey, now);
  const result = {
    completedAt: at,
    video: { ...sampleVideo, mediaKey, bytes: 10, archivedAt: at, ...video },
  };
  await store.change(task.id, () => announced({ stage: 'COMPLETED', result }));
  return task;
}

const patchVideo = (store: Store, { id }: Pick<VideoTask, 'id'>, patch: Partial<Video>) =>
  store.change(id, ({ result: { video } }) =>
    announced({ result: { video: video && { ...video, ...patch } } }),
  );

const unnamed = (store: Store) => store.media.unnamed({ begunBefore: now + 1, after: '', limit: 9 });
const oldest = async (store: Store, storedBefore: number | null = null) =>
  (await store.media.oldestVideos({ storedBefore, after: null, limit: 9 })).map(({ mediaKey }) => mediaKey);

/** Files are named by rows, and left to be removed with them. */
export function mediaContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: files`, () => {
    test(
      'are counted by kind, and videos are found by their age',
      withStore(async (store) => {
        const third = await completed(store, 'c.mp4', now + 3);
        await completed(store, 'a.mp4', now + 1, {
          poster: { mediaKey: 'a.jpg', origin: 'FRAME', bytes: 2 },
        });
        await completed(store, 'b.mp4', now + 2);
        await store.insertUpload({
          id: 'u',
          owner: local,
          bytes: 100,
          mediaKey: 'u.png',
          contentType: 'image/png',
          width: 2,
          height: 1,
          createdAt: now,
          usedAt: now,
        });
        expect(await unnamed(store)).toEqual([]);
        expect(await store.media.use()).toEqual([
          { kind: 'poster', files: 1, bytes: 2 },
          { kind: 'upload', files: 1, bytes: 100 },
          { kind: 'video', files: 3, bytes: 30 },
        ]);
        expect([await oldest(store), await oldest(store, now + 3)]).toEqual([
          ['a.mp4', 'b.mp4', 'c.mp4'],
          ['a.mp4', 'b.mp4'],
        ]);
        const [first] = await store.media.oldestVideos({ storedBefore: null, after: null, limit: 1 });
        expect(first).toMatchObject({ mediaKey: 'a.mp4', bytes: 10, at: now + 1 });
        expect(
          await store.media.oldestVideos({ storedBefore: null, after: first ?? null, limit: 9 }),
        ).toMatchObject([{ mediaKey: 'b.mp4' }, { mediaKey: 'c.mp4', taskId: third.id }]);
      }),
    );

    test(
      'of a deleted task are to be removed at once, with its poster',
      withStore(async (store) => {
        const task = await completed(store, 'a.mp4', now, {
          poster: { mediaKey: 'a.jpg', origin: 'PROVIDER', bytes: 2 },
        });
        await store.changeOwn(local, task.id, () => announced({ deletedAt: now }));
        expect([await unnamed(store), await oldest(store)]).toEqual([['a.jpg', 'a.mp4'], []]);
        await store.media.forget(['a.jpg', 'a.mp4']);
        await store.purgeDeleted(now + 1);
        expect([await unnamed(store), await store.media.use()]).toEqual([
          [],
          [
            { kind: 'poster', files: 0, bytes: 0 },
            { kind: 'video', files: 0, bytes: 0 },
          ],
        ]);
      }),
    );

    test(
      'that the retention removed are forgotten with that; a poster that is replaced is to be removed',
      withStore(async (store) => {
        const task = await completed(store, 'a.mp4', now, {
          poster: { mediaKey: 'old.jpg', origin: 'REFERENCE_IMAGE', bytes: 2 },
        });
        await patchVideo(store, task, { poster: { mediaKey: 'new.jpg', origin: 'FRAME', bytes: 3 } });
        expect([await unnamed(store), await store.media.use()]).toEqual([
          ['old.jpg'],
          [
            { kind: 'poster', files: 1, bytes: 3 },
            { kind: 'video', files: 1, bytes: 10 },
          ],
        ]);
        await patchVideo(store, task, { removedAt: now });
        expect([await unnamed(store), await oldest(store)]).toEqual([['old.jpg'], []]);
        await store.changeOwn(local, task.id, () => announced({ deletedAt: now }));
        expect(await unnamed(store)).toEqual(['old.jpg']);
      }),
    );
  });
}
