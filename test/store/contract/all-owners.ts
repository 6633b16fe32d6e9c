import { describe, expect, test } from 'vitest';
import type { PageRequest } from '../../../src/store/task-list.ts';
import { announced, ids, insertMany, now, other, type StoreTests } from './fixture.ts';
import { local } from '../../support/sample-task.ts';

const ofAll: PageRequest = { owner: null, filter: {}, from: 'newest', limit: 100 };

/** Lists of the tasks of all owners. */
export function allOwnersContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: the tasks of all owners`, () => {
    test(
      'are one list, newest first, walked from either end without deleted ones',
      withStore(async (store) => {
        const tasks = await insertMany(store, 12, (index) => ({ owner: index % 3 === 0 ? other : local }));
        const [gone] = tasks.slice(5);
        if (gone === undefined) throw new Error('It is gone');
        await store.change(gone.id, () => announced({ deletedAt: now }));
        const left = ids(tasks.filter(({ id }) => id !== gone.id)).toReversed();
        expect(ids((await store.page(ofAll)).tasks)).toEqual(left);
        const first = await store.page({ ...ofAll, limit: 4 });
        expect([ids(first.tasks), first.hasNextPage, first.hasPreviousPage]).toEqual([
          left.slice(0, 4),
          true,
          false,
        ]);
        const after = first.tasks.at(-1)?.number ?? 0;
        const rest = await store.page({ ...ofAll, after });
        expect([ids(rest.tasks), rest.hasNextPage, rest.hasPreviousPage]).toEqual([
          left.slice(4),
          false,
          true,
        ]);
        const last = await store.page({ ...ofAll, from: 'oldest', limit: 3 });
        expect([ids(last.tasks), last.hasNextPage, last.hasPreviousPage]).toEqual([
          left.slice(-3),
          false,
          true,
        ]);
        expect(await store.countMatching(null, {})).toEqual({ count: 11, isExact: true });
      }),
    );

    test(
      'are narrowed by filters and a search, and counted, past more of them than one statement reads',
      withStore(async (store) => {
        const [old] = await insertMany(store, 1, () => ({
          owner: other,
          label: 'SKU-1',
          prompt: 'a rare Owl',
        }));
        await insertMany(store, 520, () => ({ owner: local }));
        const [young] = await insertMany(store, 1, () => ({
          stage: 'GENERATING',
          nextAction: 'check',
          label: 'SKU-1',
        }));
        const found = async (filter: PageRequest['filter']) => [
          ids((await store.page({ ...ofAll, filter })).tasks),
          (await store.countMatching(null, filter)).count,
        ];
        expect(await found({ label: 'SKU-1' })).toEqual([[young?.id, old?.id], 2]);
        expect(await found({ search: 'rare owl' })).toEqual([[old?.id], 1]);
        expect(await found({ status: ['PROCESSING'] })).toEqual([[young?.id], 1]);
        expect(await found({ label: 'SKU-1', status: ['QUEUED'] })).toEqual([[old?.id], 1]);
        expect(await found({ createdAfter: now + 1_000_000 })).toEqual([[], 0]);
        expect(await store.countMatching(null, { provider: ['KIE'] })).toEqual({ count: 522, isExact: true });
      }),
    );
  });
}
