import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProviderTaskTakenError } from '../../../src/store/errors.ts';
import type { Owner, TaskId, VideoTask } from '../../../src/domain/video-task.ts';
import { local, sampleTask, sampleTrackedTask } from '../../support/sample-task.ts';
import {
  announced,
  claimBy,
  ids,
  insert,
  insertMany,
  insertTracked,
  now,
  other,
  quiet,
  type StoreTests,
} from './fixture.ts';

const estimate = { amount: 0.1, credits: 20, settled: false };
const month = '2026-01';

/** Whose turn it is, what is paused, what it costs, and what was made elsewhere. */
export function moneyContract(name: string, { withStore, withDatabase }: StoreTests): void {
  describe(`${name}: turns`, () => {
    test(
      'owners are sent in turn, so that none waits for the hundreds of another',
      withStore(async (store) => {
        await insertMany(store, 6, (index) => ({ dueAt: now - 100 + index }));
        await insertMany(store, 2, (index) => ({ owner: other, dueAt: now - 50 + index }));
        const next = async (submits: number) =>
          (await store.claim({ ...claimBy('w'), submits })).map(({ owner }) => owner);
        expect([await next(1), await next(1), await next(2), await next(9)]).toEqual([
          [other],
          [local],
          [local, other],
          [local, local, local, local],
        ]);
      }),
    );

    test(
      'checks and submits have slots of their own, and an abandoned attempt needs none',
      withStore(async (store) => {
        await insertMany(store, 3);
        const checks = await insertMany(store, 3, () => ({ stage: 'GENERATING', nextAction: 'check' }));
        const left = await insert(store, { stage: 'SUBMITTING' });
        const claim = async (places: { checks: number; submits: number }) =>
          ids(await store.claim({ ...claimBy('w'), limit: 9, ...places }));
        expect(await claim({ checks: 0, submits: 0 })).toEqual([left.id]);
        expect((await claim({ checks: 2, submits: 1 })).length).toBe(3);
        expect(ids(checks)).toEqual(expect.arrayContaining(await claim({ checks: 9, submits: 0 })));
      }),
    );

    test(
      'a queue position is the number of tasks that are sent before, for any owner',
      withStore(async (store) => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 10 }), async (owners) => {
            const waiting: VideoTask[] = [];
            for (const owner of owners) waiting.push(await insert(store, { owner: owner as Owner }));
            const positions = new Map<string, number>();
            for (const task of waiting) positions.set(task.id, await store.queuePosition(task));
            const order: string[] = [];
            for (;;) {
              const [task] = await store.claim({ ...claimBy('w'), submits: 1 });
              if (task === undefined) break;
              order.push(task.id);
              await store.change(task.id, () => quiet({ stage: 'GENERATING', work: { nextAction: null } }));
            }
            expect(order.map((id) => positions.get(id))).toEqual(order.map((_, index) => index));
          }),
          { numRuns: 40 },
        );
      }),
    );
  });

  describe(`${name}: absurd sums`, () => {
    test.each([1e10, 1e13, 5e297])(
      'a cost of %d dollars hurts no read of the month, nor a later correction',
      (amount) =>
        withStore(async (store) => {
          const { id } = await insert(store, { cost: estimate });
          await store.change(id, () => announced({ cost: { amount, credits: null, settled: true } }));
          expect((await store.spending(local, month)).usd).toBe(1_000_000);
          await insert(store, { cost: estimate });
          await store.change(id, () => announced({ cost: { amount: 0, credits: 0, settled: true } }));
          expect((await store.spending(local, month)).usd).toBe(0.1);
        })(),
    );
  });

  describe(`${name}: a limit above a million dollars`, () => {
    test(
      'holds what it says, also beside as much that is spent',
      withStore(async (store) => {
        const paid = { amount: 900_000, credits: null, settled: false };
        const take = async (limitUsd: number) =>
          (await store.insert(sampleTask({ cost: paid }), null, { limitUsd })).kind;
        expect([
          await take(2e6),
          await take(2e6),
          await take(2e6),
          await take(2.7e6),
          await take(3e6),
        ]).toEqual(['inserted', 'inserted', 'overBudget', 'inserted', 'overBudget']);
        expect((await store.spending(local, month)).usd).toBe(2_700_000);
      }),
    );

    test(
      'a second bill of one task is booked once, beside its own',
      withStore(async (store) => {
        const { id } = await insert(store, { cost: estimate });
        const secondBill = { providerTaskId: 'second', cost: { amount: 0.15, credits: 30, settled: false } };
        const change = () => ({ ...announced({ hint: 'twice' }), secondBill });
        await store.change(id, change);
        await store.change(id, change);
        expect((await store.spending(local, month)).usd).toBe(0.25);
        await store.change(id, () => announced({ cost: { amount: 0, credits: 0, settled: true } }));
        expect(await store.spending(local, month)).toEqual({ usd: 0.15, settled: false });
      }),
    );
  });

  describe(`${name}: what waited without result`, () => {
    test(
      'is claimed whether it is due or not, oldest first, and nothing else with it',
      withStore(async (store) => {
        const old = await insert(store, { createdAt: now - 100, dueAt: now + 3_600_000 });
        const older = await insert(store, { createdAt: now - 200, dueAt: now, owner: other });
        await insert(store, { createdAt: now - 99 });
        await insert(store, { createdAt: now - 300, stage: 'GENERATING', nextAction: 'check' });
        await insert(store, { createdAt: now - 300, provider: 'GOOGLE' });
        expect((await store.dueTimes('KIE')).waitingSince).toBe(now - 200);
        const claim = async (limit: number) =>
          ids(await store.claim({ ...claimBy('w'), limit, expiredBefore: now - 100 }));
        expect([await claim(1), await claim(9), await claim(9)]).toEqual([[older.id], [old.id], []]);
        expect((await store.dueTimes('KIE')).waitingSince).toBe(now - 99);
      }),
    );

    test(
      'checks are claimed but for those that are named',
      withStore(async (store) => {
        const checks = await insertMany(store, 3, (index) => ({
          stage: 'GENERATING',
          nextAction: 'check',
          dueAt: now - 9 + index,
        }));
        const [first, second, third] = ids(checks);
        const claim = async (except: readonly TaskId[]) =>
          ids(await store.claim({ ...claimBy('w'), limit: 1, except }));
        expect([
          await claim(first === undefined ? [] : [first]),
          await claim(ids(checks)),
          await claim([]),
        ]).toEqual([[second], [], [first]]);
        expect(await claim([])).toEqual([third]);
      }),
    );
  });

  describe(`${name}: pauses and plans`, () => {
    test(
      'a pause lets no create begin until its end, and a shorter one does not end it',
      withDatabase(async (database) => {
        const limit = { now, windowMs: 10_000, max: 3 };
        {
          await using store = await database.open();
          expect(await store.createAllowance('KIE', limit)).toEqual({ places: 3, freeAt: now });
          await store.pauseCreates('KIE', now + 5000);
          await store.pauseCreates('KIE', now + 1000);
        }
        await using store = await database.open();
        expect(await store.createAllowance('KIE', limit)).toEqual({ places: 0, freeAt: now + 5000 });
        expect(await store.reserveCreate('KIE', limit)).toEqual({ kind: 'full', freeAt: now + 5000 });
        expect(await store.createAllowance('GOOGLE', limit)).toEqual({ places: 3, freeAt: now });
        expect(await store.reserveCreate('KIE', { ...limit, now: now + 5000 })).toEqual({ kind: 'granted' });
        expect(await store.createAllowance('KIE', { ...limit, max: 0, now: now + 5000 })).toEqual({
          places: Infinity,
          freeAt: now + 5000,
        });
      }),
    );

    test(
      'overdue checks are spread over a time, and nothing else moves',
      withStore(async (store) => {
        const due = { stage: 'GENERATING', nextAction: 'check' } as const;
        await insertMany(store, 50, () => ({ ...due, dueAt: now - 500 }));
        const later = await insert(store, { ...due, dueAt: now + 5 });
        const waiting = await insert(store, { dueAt: now - 500 });
        await store.spreadChecks('KIE', { now, overMs: 10_000, random: 0.5 });
        const tasks = await store.changesAfter(0, { limit: 100 });
        const spread = tasks.slice(0, 50).map(({ work: { dueAt } }) => (dueAt ?? 0) - now);
        expect(spread.filter((ms) => ms < 0 || ms >= 10_000)).toEqual([]);
        expect(new Set(spread.map((ms) => Math.floor(ms / 1000))).size).toBeGreaterThan(5);
        expect((await store.get(later.id))?.work.dueAt).toBe(now + 5);
        expect((await store.get(waiting.id))?.work.dueAt).toBe(now - 500);
      }),
    );

    test(
      'a clock that was set back takes the plans with it',
      withStore(async (store) => {
        const task = await insert(store, { dueAt: now + 4000, createdAt: now + 3000 });
        await store.reserveCreate('KIE', { now: now + 3000, windowMs: 10_000, max: 1 });
        expect(await store.latestTime()).toBe(now + 3000);
        await store.shiftPlans('KIE', 3000, Number.MAX_SAFE_INTEGER);
        expect((await store.get(task.id))?.work.dueAt).toBe(now + 1000);
        expect(await store.reserveCreate('KIE', { now, windowMs: 10_000, max: 1 })).toEqual({
          kind: 'full',
          freeAt: now + 10_000,
        });
      }),
    );
  });

  describe(`${name}: the ledger`, () => {
    test(
      'an estimate is booked with its task, corrected by the reported cost, and kept when the task is gone',
      withStore(async (store) => {
        const task = await insert(store, { cost: estimate });
        await insert(store, { cost: estimate, createdAt: Date.UTC(2026, 1, 1) });
        await insert(store, { cost: estimate, owner: other });
        expect(await store.spending(local, month)).toEqual({ usd: 0.1, settled: false });
        const cost = { amount: 0.25, credits: 50, settled: true };
        await store.change(task.id, () => announced({ cost }));
        expect(await store.spending(local, month)).toEqual({ usd: 0.25, settled: true });
        await store.change(task.id, () =>
          announced({ deletedAt: now, result: { completedAt: now }, work: { nextAction: null } }),
        );
        await store.purgeDeleted(now);
        expect((await store.get(task.id))?.id).toBe(task.id);
        await store.purgeDeleted(now + 1);
        expect(await store.get(task.id)).toBeNull();
        expect(await store.spending(local, month)).toEqual({ usd: 0.25, settled: true });
      }),
    );

    test(
      'a limit holds for inserts at once, and what is over it leaves no row',
      withStore(async (store) => {
        const results = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            store.insert(
              sampleTask({ cost: estimate }),
              { key: `k${index}`, inputHash: 'h' },
              { limitUsd: 0.35 },
            ),
          ),
        );
        const kinds = results.map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind === 'inserted')).toHaveLength(3);
        expect(results.find(({ kind }) => kind === 'overBudget')).toEqual({
          kind: 'overBudget',
          spentUsd: 0.3,
        });
        expect(await store.countOpen(local)).toBe(3);
        const refused = kinds.indexOf('overBudget');
        expect(await store.findKey(local, `k${refused}`)).toBeNull();
      }),
    );

    test(
      'an insert that replaces a task happens with its change, or neither does',
      withStore(async (store) => {
        const old = await insert(store);
        const replacing = (decide: (task: VideoTask) => ReturnType<typeof announced> | null) =>
          store.insert(sampleTask({ retryOf: old.id }), null, {
            limitUsd: null,
            replaces: { id: old.id, decide },
          });
        expect(await replacing(() => null)).toEqual({ kind: 'outrun' });
        expect(await store.countOpen(local)).toBe(1);
        expect(await replacing(() => announced({ hint: 'replaced' }))).toMatchObject({ kind: 'inserted' });
        expect((await store.get(old.id))?.hint).toBe('replaced');
      }),
    );
  });

  describe(`${name}: tasks that were made elsewhere`, () => {
    const tracked = (owner: Owner, trackedId: string) => sampleTrackedTask(trackedId, { owner });

    test(
      'an id has one task of its owner, belongs to one task in all, and is free again after a deletion',
      withStore(async (store) => {
        const [one, again] = [
          await insertTracked(store, tracked(local, 'x')),
          await insertTracked(store, tracked(local, 'x')),
        ];
        expect([one.kind, again.kind, again.task.id]).toEqual(['inserted', 'repeated', one.task.id]);
        const foreign = await insertTracked(store, tracked(other, 'x'));
        expect([foreign.kind, foreign.task.provider.taskId, foreign.task.provider.trackedId]).toEqual([
          'inserted',
          null,
          'x',
        ]);
        expect((await insertTracked(store, tracked(other, 'x'))).task.id).toBe(foreign.task.id);
        await store.change(one.task.id, () =>
          announced({ deletedAt: now, result: { completedAt: now }, work: { nextAction: null } }),
        );
        const fresh = await insertTracked(store, tracked(local, 'x'));
        expect([fresh.kind, fresh.task.provider.taskId]).toEqual(['inserted', 'x']);
      }),
    );

    test(
      'an id that a task follows is found for its owner, and taken for other tasks of this owner only',
      withStore(async (store) => {
        const { task: mine } = await insertTracked(store, tracked(local, 'x'));
        const { task: theirs } = await insertTracked(store, tracked(other, 'x'));
        expect(await store.getTracked(local, 'KIE', 'x')).toEqual(mine);
        expect(await store.getTracked(other, 'KIE', 'x')).toEqual(theirs);
        expect(await store.getTracked(local, 'KIE', 'y')).toBeNull();
        const [own, another] = [await insert(store), await insert(store, { owner: other })];
        const following = (providerTaskId: string | null, trackedId: string) => () =>
          announced({ provider: { taskId: providerTaskId, trackedId } });
        await expect(store.change(own.id, following('x', 'x'))).rejects.toThrow(ProviderTaskTakenError);
        await expect(store.change(another.id, following('x', 'x'))).rejects.toThrow(ProviderTaskTakenError);
        await expect(store.change(another.id, following(null, 'x'))).rejects.toThrow(ProviderTaskTakenError);
        const stranger = await insert(store, { owner: 'key:third' as Owner });
        expect(await store.change(stranger.id, following(null, 'x'))).toMatchObject({
          provider: { taskId: null, trackedId: 'x' },
        });
        // A deleted task lets go of what it has.
        await store.change(mine.id, () =>
          announced({ deletedAt: now, result: { completedAt: now }, work: { nextAction: null } }),
        );
        expect(await store.getByProviderTask('KIE', 'x')).toBeNull();
        expect(await store.change(another.id, following('x', 'z'))).toMatchObject({
          provider: { taskId: 'x' },
        });
        expect(await store.get(mine.id)).toMatchObject({ provider: { taskId: null, trackedId: null } });
        expect(await store.change(own.id, following('y', 'y'))).toMatchObject({ provider: { taskId: 'y' } });
      }),
    );

    test(
      'following one id at once makes one task',
      withStore(async (store) => {
        const results = await Promise.all(
          Array.from({ length: 10 }, () => insertTracked(store, tracked(local, 'x'))),
        );
        expect(new Set(results.map(({ task }) => task.id)).size).toBe(1);
        expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
      }),
    );
  });
}
