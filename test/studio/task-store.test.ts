import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everything } from '../../client/studio/live/filter.ts';
import { shownTasks } from '../../client/studio/live/pages.ts';
import { TaskStore, type TaskChange } from '../../client/studio/live/task-store.ts';
import { shownTask } from './sample.ts';

/** The tasks listed. The store announces the list once for all changes of one event-loop turn. */
const listed = async (store: TaskStore) => {
  await Promise.resolve();
  return store.list.get().map(({ task }) => task);
};

const completed = shownTask({ stage: 'COMPLETED', status: 'COMPLETED', revision: 'a-003' });

describe('the tasks of the page', () => {
  it('have their newest revision, also when a response arrives after a later event', async () => {
    const store = new TaskStore(() => null);
    const changes: TaskChange[] = [];
    store.onChange((change) => changes.push(change));
    store.take(shownTask({ revision: 'a-001' }));
    store.take(completed);
    store.take(shownTask({ revision: 'a-002' }));
    expect(await listed(store)).toEqual([completed]);
    expect(changes.map(({ task, before }) => [before?.revision, task.revision])).toEqual([
      [undefined, 'a-001'],
      ['a-001', 'a-003'],
    ]);
  });

  it('never include a deleted task again, whatever arrives late', async () => {
    const store = new TaskStore(() => null);
    store.take(completed);
    store.take({ ...completed, deletedAt: '2026-01-02T00:00:00.000Z', revision: 'a-004' });
    store.take(completed);
    expect(await listed(store)).toEqual([]);
  });

  it('are in order of creation: pages as they were read, events of the same millisecond newest first', async () => {
    const store = new TaskStore(() => null);
    const task = (id: string, createdAt = '2026-01-01T00:00:00.000Z') => shownTask({ id, createdAt });
    store.takePage([task('new', '2026-01-03T00:00:00.000Z'), task('b'), task('a')]);
    store.take(task('c'));
    store.take(task('d'));
    store.takePage([task('z'), task('old', '2025-01-01T00:00:00.000Z')]);
    expect((await listed(store)).map(({ id }) => id)).toEqual(['new', 'd', 'c', 'b', 'a', 'z', 'old']);
  });

  it('are the same for every order of arrival', async () => {
    const arrival = fc.record({ id: fc.constantFrom('x', 'y'), counter: fc.integer({ min: 0, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival), async (arrivals) => {
        const store = new TaskStore(() => null);
        for (const { id, counter } of arrivals) store.take(shownTask({ id, revision: `a-${counter}` }));
        const known = Object.fromEntries((await listed(store)).map(({ id, revision }) => [id, revision]));
        const newest: Record<string, string> = {};
        for (const { id, counter } of arrivals) {
          const revision = `a-${counter}`;
          if (revision > (newest[id] ?? '')) newest[id] = revision;
        }
        expect(known).toEqual(newest);
      }),
    );
  });
});

describe('a filtered list', () => {
  it('shows what matches, down to where it was read, and changes with the tasks', () => {
    const tasks = [
      shownTask({ id: '1', prompt: 'Лиса в снегу', createdAt: '2026-01-05T00:00:00.000Z' }),
      shownTask({ id: '2', label: 'SKU-7', createdAt: '2026-01-04T00:00:00.000Z' }),
      shownTask({ id: '3', status: 'FAILED', stage: 'FAILED', createdAt: '2026-01-03T00:00:00.000Z' }),
      shownTask({ id: '4', createdAt: '2026-01-01T00:00:00.000Z' }),
    ].map((task) => ({ task, seenAt: 0, leastPercent: 0 }));
    const ids = (search: string, status: 'FAILED' | null, hasMore: boolean) =>
      shownTasks(
        tasks,
        { ...everything, search, status },
        { state: 'idle', cursor: null, hasMore, horizon: tasks[2]?.task ?? null },
      ).map(({ task }) => task.id);
    expect(ids('', null, true)).toEqual(['1', '2', '3']);
    expect(ids('', null, false)).toEqual(['1', '2', '3', '4']);
    expect(ids('СНЕГУ', null, false)).toEqual(['1']);
    expect(ids('sku-7', null, false)).toEqual(['2']);
    expect(ids('', 'FAILED', false)).toEqual(['3']);
  });
});
