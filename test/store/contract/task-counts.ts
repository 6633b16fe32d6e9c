import { describe, expect, test } from 'vitest';
import { statuses, statusOf, stages } from '../../../src/domain/video-task.ts';
import { announced, insert, now, parallel, quiet, type StoreTests } from './fixture.ts';

/** The numbers of tasks by provider and status are those of the rows, whatever is written. */
export function taskCountsContract(name: string, { withStore, withDatabase }: StoreTests): void {
  describe(`${name}: numbers of tasks`, () => {
    test(
      'follow every stage that a task comes to, once for each status',
      withStore(async (store) => {
        for (const stage of stages) {
          const task = await insert(store, { provider: 'KIE' });
          await store.change(task.id, () => announced({ stage }));
          await store.change(task.id, () => quiet({ hint: 'x' }));
        }
        const expected = statuses
          .map((status) => ({
            provider: 'KIE',
            status,
            count: stages.filter((stage) => statusOf(stage) === status).length,
          }))
          .toSorted((a, b) => (a.status < b.status ? -1 : 1));
        expect(await store.taskCounts()).toEqual(expected);
      }),
    );

    test(
      'leave out deleted tasks, before and after their rows are removed, and those of a failed write',
      withStore(async (store) => {
        const gone = await insert(store, { stage: 'FAILED', provider: 'GOOGLE' });
        const kept = await insert(store, { stage: 'FAILED', provider: 'GOOGLE' });
        await expect(store.insert({ ...kept, id: kept.id }, null)).rejects.toThrow(/unique/i);
        const failed = { provider: 'GOOGLE', status: 'FAILED', count: 2 };
        expect(await store.taskCounts()).toEqual([failed]);
        await store.change(gone.id, () => announced({ deletedAt: now }));
        expect(await store.taskCounts()).toEqual([{ ...failed, count: 1 }]);
        await store.purgeDeleted(now + 1);
        expect(await store.taskCounts()).toEqual([{ ...failed, count: 1 }]);
      }),
    );

    test(
      'are exact when many tasks change at once, in both directions, and after the next start',
      withDatabase(async (database) => {
        {
          await using store = await database.open();
          const tasks = await parallel(40, (index) =>
            insert(store, { provider: 'KIE', stage: index % 2 === 0 ? 'SUBMITTING' : 'GENERATING' }),
          );
          await parallel(40, (index) => {
            const task = tasks[index];
            if (task === undefined) throw new Error('It was not inserted');
            const stage =
              task.stage === 'SUBMITTING' ? 'GENERATING' : index % 4 === 1 ? 'WAITING' : 'COMPLETED';
            return store.change(task.id, () => announced({ stage }));
          });
        }
        await using store = await database.open();
        expect(await store.taskCounts()).toEqual([
          { provider: 'KIE', status: 'COMPLETED', count: 10 },
          { provider: 'KIE', status: 'PROCESSING', count: 20 },
          { provider: 'KIE', status: 'QUEUED', count: 10 },
        ]);
      }),
    );
  });
}
