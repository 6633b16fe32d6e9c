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

describe('the list of the store', () => {
  it('is sorted by age after any changes, and tells of a task or a group only where it changed', async () => {
    const id = fc.integer({ min: 0, max: 12 });
    const change = fc.oneof(
      fc.record({ kind: fc.constantFrom('take', 'page'), id, counter: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ kind: fc.constantFrom('remove', 'clear', 'turn'), id, counter: fc.constant(0) }),
    );
    // Several tasks of one millisecond, and of one group.
    const taskOf = (number: number, counter: number) =>
      shownTask({
        id: `task-${number}`,
        group: number % 3 === 0 ? null : `group-${number % 3}`,
        createdAt: `2026-01-0${1 + (number % 4)}T00:00:00.000Z`,
        revision: `a-${counter}`,
      });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        const store = new TaskStore(() => null);
        const [watched, group] = [store.of('task-1'), store.ofGroup('group-1')];
        let seen = { task: watched.get(), group: group.get() };
        const told = { task: 0, group: 0 };
        watched.subscribe(() => (told.task += 1));
        group.subscribe(() => (told.group += 1));
        for (const { kind, id: number, counter } of [...changes, { kind: 'turn', id: 0, counter: 0 }]) {
          if (kind === 'take') store.take(taskOf(number, counter));
          else if (kind === 'page') store.takePage([taskOf(number, counter), taskOf(number + 1, counter)]);
          else if (kind === 'remove') store.remove(`task-${number}`);
          else if (kind === 'clear') store.clear();
          if (kind !== 'turn') continue;
          const tasks = await listed(store);
          expect(tasks.map(({ createdAt }) => createdAt)).toEqual(
            tasks.map(({ createdAt }) => createdAt).toSorted((a, b) => (a < b ? 1 : -1)),
          );
          expect(new Set(tasks.map((task) => task.id)).size).toBe(tasks.length);
          for (const task of tasks) expect(store.find(task.id)?.task).toBe(task);
          expect(group.get().map(({ task }) => task)).toEqual(
            tasks.filter((task) => task.group === 'group-1'),
          );
          const now = { task: watched.get(), group: group.get() };
          const untold = [
            now.task !== seen.task && told.task === 0 ? ['task'] : [],
            now.group !== seen.group && told.group === 0 ? ['group'] : [],
          ].flat();
          expect(untold).toEqual([]);
          seen = now;
          told.task = 0;
          told.group = 0;
        }
      }),
    );
    const store = new TaskStore(() => null);
    store.takePage([taskOf(1, 1), taskOf(2, 1)]);
    await listed(store);
    let told = 0;
    store.of('task-1').subscribe(() => (told += 1));
    store.ofGroup('group-1').subscribe(() => (told += 1));
    store.take(taskOf(2, 2));
    await listed(store);
    expect(told).toBe(0);
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
