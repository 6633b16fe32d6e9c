import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { Housekeeping } from '../../src/worker/upkeep/housekeeping.ts';
import { local, sampleTime, type TaskOverrides } from '../support/sample-task.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { turnsDuring } from '../support/turns-during.ts';

const count = 6000;

async function withTasks(
  overrides: (index: number) => TaskOverrides,
  run: (store: Store) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  seedTasks(file, count, overrides);
  await using store = await openSqliteStore(file);
  await run(store);
}

const allTasks = (store: Store): Promise<readonly VideoTask[]> =>
  store.changesAfter(0, { limit: count, owner: local });

describe('writes that concern many rows let others work while they run', () => {
  test('what is left of deleted tasks is removed', () =>
    withTasks(
      (index) => ({
        stage: 'COMPLETED',
        nextAction: null,
        completedAt: sampleTime,
        deletedAt: index % 3 === 0 ? null : sampleTime,
      }),
      async (store) => {
        const { turns } = await turnsDuring(() => store.purgeDeleted(sampleTime + 1));
        expect(turns).toBeGreaterThan(5);
        const left = await allTasks(store);
        expect(left).toHaveLength(count / 3);
        expect(left.filter(({ deletedAt }) => deletedAt !== null)).toEqual([]);
      },
    ));

  test('a process that ends does not wait until all deleted tasks are removed', () =>
    withTasks(
      () => ({ stage: 'COMPLETED', nextAction: null, completedAt: sampleTime, deletedAt: sampleTime }),
      async (store) => {
        const keeping = new Housekeeping({
          store,
          files: { checkUsable: () => Promise.resolve(), discard: () => Promise.resolve() },
          log: pino({ level: 'silent' }),
          instance: 'this',
          now: () => sampleTime + 7 * 24 * 3_600_000,
        });
        keeping.start();
        await waitFor('the first to be removed', async () => (await allTasks(store)).length < count);
        await keeping[Symbol.asyncDispose]();
        expect((await allTasks(store)).length).toBeGreaterThan(0);
      },
    ));

  test('plans follow a clock that was set back, each once, whatever kind they are of', () =>
    withTasks(
      (index) => ({
        ...[
          {},
          { stage: 'GENERATING' as const, nextAction: 'check' as const },
          { stage: 'SUBMITTING' as const, nextAction: 'submit' as const },
          { stage: 'COMPLETED' as const, nextAction: null, completedAt: sampleTime },
        ][index % 4],
        // Some at the same time, and gaps of less than what they are moved by.
        dueAt: sampleTime + Math.floor(index / 100) * 50,
      }),
      async (store) => {
        const before = await allTasks(store);
        const { turns } = await turnsDuring(() => store.shiftPlans('KIE', 777, Number.MAX_SAFE_INTEGER));
        expect(turns).toBeGreaterThan(1);
        const moved = before.map((task) => ({
          ...task,
          work: { ...task.work, dueAt: (task.work.dueAt ?? 0) - (task.work.nextAction === null ? 0 : 777) },
        }));
        expect(await allTasks(store)).toEqual(moved);
      },
    ));

  test('overdue checks are spread, each once, and later ones stay', () =>
    withTasks(
      (index) => ({
        stage: 'GENERATING',
        nextAction: 'check',
        dueAt: index % 3 === 0 ? sampleTime + 60_000 : sampleTime - Math.floor(index / 10),
      }),
      async (store) => {
        const dueTimesOf = async () => (await allTasks(store)).map(({ work }) => work.dueAt ?? 0);
        const spread = { now: sampleTime, overMs: 20_000, random: 0.5 };
        const { turns } = await turnsDuring(() => store.spreadChecks('KIE', spread));
        expect(turns).toBeGreaterThan(5);
        const moved = await dueTimesOf();
        expect(moved.filter((at) => at === sampleTime + 60_000)).toHaveLength(count / 3);
        const overdue = moved.filter((at) => at !== sampleTime + 60_000);
        expect(Math.min(...overdue)).toBeGreaterThan(sampleTime);
        expect(Math.max(...overdue)).toBeLessThanOrEqual(sampleTime + 20_000);
        // About as many in each second.
        const perSecond = Object.values(
          Object.groupBy(overdue, (at) => Math.floor((at - sampleTime - 1) / 1000)),
        );
        expect(perSecond).toHaveLength(20);
        expect(Math.max(...perSecond.map((some) => some?.length ?? 0))).toBeLessThan(
          2 * (overdue.length / 20),
        );
        await store.spreadChecks('KIE', spread);
        expect(await dueTimesOf()).toEqual(moved);
      },
    ));

  test('the newest time of unfinished tasks is found among all of them', () =>
    withTasks(
      (index) => ({
        updatedAt: sampleTime + index,
        ...(index === 77 && { lastCheckedAt: sampleTime + count }),
      }),
      async (store) => {
        expect(await store.latestTime()).toBe(sampleTime + count);
      },
    ));
});
