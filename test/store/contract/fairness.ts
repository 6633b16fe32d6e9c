import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Owner, VideoTask } from '../../../src/domain/video-task.ts';
import { local, sampleTask, sampleTrackedTask } from '../../support/sample-task.ts';
import { claimBy, ids, insert, insertMany, now, other, quiet, type StoreTests } from './fixture.ts';

const third = 'key:third' as Owner;
const check = { stage: 'GENERATING', nextAction: 'check' } as const;
const owners = (tasks: readonly VideoTask[]): Owner[] => tasks.map(({ owner }) => owner);

/** No owner's work delays another's, and what is due is found whatever else waits. */
export function fairnessContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: fairness between owners`, () => {
    test(
      'owners whose tasks wait for later are passed over, however long ago their turn was',
      withStore(async (store) => {
        const [first] = await store.claim({ ...claimBy('w'), submits: 1 });
        expect(first).toBeUndefined();
        for (const owner of [other, third]) {
          await insert(store, { owner });
          const [task] = await store.claim({ ...claimBy('w'), submits: 1 });
          if (task !== undefined) {
            await store.change(task.id, () =>
              quiet({ work: { dueAt: now + 40_000, leaseOwner: null, leaseUntil: null } }),
            );
          }
        }
        const due = await insert(store, { owner: third });
        expect((await store.dueTimes('KIE')).submit).toBe(now);
        expect(ids(await store.claim({ ...claimBy('w'), submits: 1 }))).toEqual([due.id]);
      }),
    );

    test(
      'whatever is due is claimed: the due times and the claim never disagree',
      withStore(async (store) => {
        const row = fc.record({
          owner: fc.constantFrom('a' as Owner, 'b' as Owner, 'c' as Owner),
          kind: fc.constantFrom('WAITING', 'SUBMITTING', 'GENERATING', 'CANCELED'),
          nextAction: fc.constantFrom('submit', 'check', null),
          dueAt: fc.constantFrom(now - 5, now, now + 1, null),
          leaseUntil: fc.constantFrom(now + 50, null),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(row, { maxLength: 8 }),
            fc.integer({ min: 1, max: 3 }),
            async (rows, slots) => {
              const inserted: VideoTask[] = [];
              for (const { kind, leaseUntil, ...rest } of rows) {
                const stage = kind as VideoTask['stage'];
                // The machine gives each stage its own kind of work, or none.
                const nextAction =
                  stage === 'WAITING' || stage === 'SUBMITTING'
                    ? 'submit'
                    : rest.nextAction === 'submit'
                      ? null
                      : rest.nextAction;
                const leaseOwner = leaseUntil === null ? null : 'another';
                inserted.push(await insert(store, { ...rest, stage, nextAction, leaseUntil, leaseOwner }));
              }
              const due = await store.dueTimes('KIE');
              const isDue = [due.check, due.submit].some((at) => at !== null && at <= now);
              const claimed = await store.claim({
                ...claimBy('w'),
                limit: 2 * slots,
                checks: slots,
                submits: slots,
              });
              for (const { id } of inserted) {
                await store.change(id, () =>
                  quiet({
                    stage: 'COMPLETED',
                    work: { nextAction: null, leaseOwner: null, leaseUntil: null },
                  }),
                );
              }
              expect(claimed.length > 0).toBe(isDue);
            },
          ),
          { numRuns: 60 },
        );
      }),
    );

    test(
      'checks are shared: each slot goes to the owner who holds the fewest',
      withStore(async (store) => {
        await insertMany(store, 9, (index) => ({ ...check, dueAt: now - 100 + index }));
        await insertMany(store, 2, (index) => ({ ...check, owner: other, dueAt: now - 50 + index }));
        await insertMany(store, 2, (index) => ({ ...check, owner: third, dueAt: now - 10 + index }));
        const holds = (held: Partial<Record<Owner, number>>, kept: number) => ({
          check: { heldBy: (owner: Owner) => held[owner] ?? 0, kept },
          submit: { heldBy: () => 0, kept: 0 },
        });
        const take = async (checks: number, held: Partial<Record<Owner, number>>, kept = 0) =>
          owners(await store.claim({ ...claimBy('w'), checks, sharing: holds(held, kept) })).toSorted();
        expect(owners(await store.claim({ ...claimBy('w'), checks: 1 }))).toEqual([local]);
        expect(await take(2, { [local]: 1 })).toEqual([other, third].toSorted());
        // The last two slots are for owners who hold none.
        expect(await take(3, { [local]: 1, [other]: 1 }, 2)).toEqual([third]);
        expect(await take(3, { [local]: 1, [other]: 1, [third]: 2 }, 2)).toEqual([local]);
        expect(await take(2, { [local]: 2, [other]: 1, [third]: 2 }, 2)).toEqual([]);
        expect(await take(9, { [local]: 9, [other]: 1 })).toEqual(
          [other, ...Array<Owner>(7).fill(local)].toSorted(),
        );
      }),
    );

    test(
      'an owner after more than a thousand due tasks of another is next',
      withStore(async (store) => {
        await insertMany(store, 600, () => ({ dueAt: now - 100 }));
        await insertMany(store, 600, () => ({ ...check, dueAt: now - 100 }));
        const waiting = await insert(store, { owner: other });
        const checked = await insert(store, { ...check, owner: other });
        expect(ids(await store.claim({ ...claimBy('w'), checks: 0, submits: 2 }))).toContain(waiting.id);
        expect(ids(await store.claim({ ...claimBy('w'), checks: 2, submits: 0 }))).toContain(checked.id);
      }),
    );

    test(
      'slots that are kept for owners who hold none are not sent from by one who holds some',
      withStore(async (store) => {
        await insertMany(store, 5);
        await insert(store, { owner: other });
        const sharing = (kept: number) => ({
          check: { heldBy: () => 0, kept: 0 },
          submit: { heldBy: (owner: Owner) => (owner === other ? 0 : 3), kept },
        });
        expect(owners(await store.claim({ ...claimBy('w'), submits: 2, sharing: sharing(2) }))).toEqual([
          other,
        ]);
        expect(await store.claim({ ...claimBy('w'), submits: 2, sharing: sharing(2) })).toEqual([]);
        expect((await store.claim({ ...claimBy('w'), submits: 3, sharing: sharing(2) })).length).toBe(1);
      }),
    );

    test(
      'an owner has as many open tasks as allowed, counted through inserts, ends and failures of inserts',
      withStore(async (store) => {
        const add = async (openLimit: number) =>
          (await store.insert(sampleTask(), null, { limitUsd: null, openLimit })).kind;
        expect((await Promise.all([add(2), add(2), add(2)])).toSorted()).toEqual([
          'inserted',
          'inserted',
          'tooManyOpen',
        ]);
        expect(await store.countOpen(local)).toBe(2);
        const tracked = sampleTrackedTask('x', check);
        expect(await store.insertTracked(tracked, { openLimit: 2 })).toEqual({ kind: 'tooManyOpen' });
        const failing = {
          limitUsd: null,
          openLimit: 9,
          replaces: { id: sampleTask().id, decide: () => null },
        };
        expect((await store.insert(sampleTask(), null, failing)).kind).toBe('outrun');
        await insert(store, { stage: 'FAILED', nextAction: null, completedAt: now });
        expect(await store.countOpen(local)).toBe(2);
        const [first] = await store.changesAfter(0, { limit: 1 });
        if (first === undefined) throw new Error('There is none');
        const end = () =>
          quiet({ stage: 'FAILED', result: { completedAt: now }, work: { nextAction: null } });
        await store.change(first.id, end);
        await store.change(first.id, end);
        expect(await store.countOpen(local)).toBe(1);
        expect([await add(2), await add(2), await store.countOpen(other)]).toEqual([
          'inserted',
          'tooManyOpen',
          0,
        ]);
      }),
    );
  });
}
