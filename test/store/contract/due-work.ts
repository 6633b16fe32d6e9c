import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patched } from '../../../src/domain/task-fields.ts';
import type { VideoTask } from '../../../src/domain/video-task.ts';
import { randomTaskId } from '../../support/sample-task.ts';
import {
  announced,
  quiet,
  now,
  insert,
  insertMany,
  ids,
  fullUntil,
  parallel,
  claimBy,
  type StoreTests,
} from './fixture.ts';

/** Work that is due goes to one holder, and creates stay within their budget. */
export function dueWorkContract(name: string, { withStore, withDatabase }: StoreTests): void {
  describe(`${name}: due work`, () => {
    test(
      'a claim takes the soonest due first, no more than its limit, and marks it as held',
      withStore(async (store) => {
        const [late, soon, middle] = await insertMany(store, 3, (index) => ({
          // One, three and two milliseconds ago.
          dueAt: now - 1 - ((index * 2) % 3),
        }));
        const heldBy = (leaseOwner: string, task: VideoTask | undefined) =>
          task && patched(task, { work: { leaseOwner, leaseUntil: now + 1000 } });
        expect(await store.claim({ ...claimBy('w'), limit: 2 })).toEqual([
          heldBy('w', soon),
          heldBy('w', middle),
        ]);
        expect(await store.claim({ ...claimBy('v'), limit: 2 })).toEqual([heldBy('v', late)]);
        expect(await store.get(soon?.id ?? randomTaskId())).toEqual(heldBy('w', soon));
        expect(await store.lastRevision()).toBe(3);
      }),
    );

    test(
      "what is not due, has nothing to do or is another provider's is not claimed",
      withStore(async (store) => {
        const due = await insert(store, { dueAt: now });
        await insert(store, { dueAt: now + 1 });
        await insert(store, { nextAction: null });
        await insert(store, { dueAt: null });
        const google = await insert(store, { provider: 'GOOGLE' });
        expect(ids(await store.claim(claimBy('w')))).toEqual([due.id]);
        expect(ids(await store.claim({ ...claimBy('w'), provider: 'GOOGLE' }))).toEqual([google.id]);
      }),
    );

    test(
      'held work is claimed again only after its lease ran out',
      withStore(async (store) => {
        const { id } = await insert(store);
        const at = (time: number, leaseOwner: string) =>
          store.claim({ ...claimBy(leaseOwner), now: time, leaseUntil: time + 100 });
        expect(ids(await at(now, 'w'))).toEqual([id]);
        expect(await at(now, 'v')).toEqual([]);
        expect(await at(now + 100, 'v')).toEqual([]);
        expect(await at(now + 101, 'v')).toMatchObject([
          { id, work: { leaseOwner: 'v', leaseUntil: now + 201 } },
        ]);
      }),
    );

    test(
      'a renewal keeps the work of the claims that it names',
      withStore(async (store) => {
        const [kept, lost] = await insertMany(store, 2, (index) => ({ dueAt: now - 2 + index }));
        await store.claim({ ...claimBy('w'), limit: 1, leaseUntil: now + 100 });
        await store.claim({ ...claimBy('v'), limit: 1, leaseUntil: now + 100 });
        await store.renew(['w', 'somebody'], now + 200);
        await store.renew([], now + 900);
        expect(ids(await store.claim({ ...claimBy('u'), now: now + 150 }))).toEqual([lost?.id]);
        expect(await store.get(kept?.id ?? randomTaskId())).toEqual({
          ...kept,
          work: { ...kept?.work, leaseOwner: 'w', leaseUntil: now + 200 },
        });
        expect(await store.lastRevision()).toBe(2);
      }),
    );

    test(
      'claims at once share nothing and leave nothing',
      withStore(async (store) => {
        const tasks = await insertMany(store, 40, (index) => ({ dueAt: now - index }));
        const claims = await parallel(10, (index) => store.claim({ ...claimBy(`w${index}`), limit: 7 }));
        const rest = await store.claim({ ...claimBy('rest'), limit: 40 });
        expect(ids([...claims.flat(), ...rest]).toSorted()).toEqual(ids(tasks).toSorted());
        const holders = await Promise.all(
          tasks.map(async ({ id }) => (await store.get(id))?.work.leaseOwner),
        );
        const claimed = new Map([...claims.flat(), ...rest].map((task) => [task.id, task.work.leaseOwner]));
        expect(holders).toEqual(tasks.map(({ id }) => claimed.get(id)));
      }),
    );

    test(
      'a check that found nothing new returns the lease and plans the next one, in no new revision',
      withStore(async (store) => {
        const { id, revision } = await insert(store, {
          stage: 'GENERATING',
          nextAction: 'check',
          dueAt: now,
        });
        const [task] = await store.claim(claimBy('w'));
        const noted = { id, revision, leaseOwner: 'w', askedAt: now + 5, checks: 7, dueAt: now + 90.5 };
        expect(await store.noteUnchanged(noted)).toBe(true);
        expect(await store.get(id)).toEqual(
          task &&
            patched(task, {
              work: {
                leaseOwner: null,
                leaseUntil: null,
                lastCheckedAt: now + 5,
                checks: 7,
                unknownChecks: 0,
                dueAt: now + 91,
              },
            }),
        );
        expect(await store.lastRevision()).toBe(revision);
        expect(await store.nextDueAt('KIE')).toBe(now + 91);
        expect(ids(await store.claim({ ...claimBy('v'), now: now + 91 }))).toEqual([id]);
      }),
    );

    test(
      'it is refused, and leaves the task alone, where that is held by another claim, has changed or was called back about',
      withStore(async (store) => {
        const [held, changed, woken, before, free] = await insertMany(store, 5, () => ({
          stage: 'GENERATING',
          nextAction: 'check',
          dueAt: now,
        }));
        await store.change(before?.id ?? randomTaskId(), () => quiet({ work: { wokenAt: now + 4 } }));
        await store.claim({ ...claimBy('w'), limit: 5 });
        const note = (task: VideoTask | undefined, leaseOwner = 'w') =>
          store.noteUnchanged({
            id: task?.id ?? randomTaskId(),
            revision: task?.revision ?? 0,
            leaseOwner,
            askedAt: now + 5,
            checks: 1,
            dueAt: now + 90,
          });
        await store.change(changed?.id ?? randomTaskId(), () => announced({ hint: 'news' }));
        await store.change(woken?.id ?? randomTaskId(), () => quiet({ work: { wokenAt: now + 5 } }));
        await store.change(free?.id ?? randomTaskId(), () =>
          quiet({ work: { leaseOwner: null, leaseUntil: null } }),
        );
        const all = [held, changed, woken, free].map((task) => task?.id ?? randomTaskId());
        const rows = () => Promise.all(all.map(async (id) => store.get(id)));
        const asTheyWere = await rows();
        expect(
          await Promise.all([note(held, 'v'), note(changed), note(woken), note(free), note(undefined)]),
        ).toEqual([false, false, false, false, false]);
        expect(await rows()).toEqual(asTheyWere);
        // What was called back about before the check was seen by it.
        expect(await Promise.all([note(held), note(before)])).toEqual([true, true]);
      }),
    );

    test(
      'the next due time is the soonest of waiting work and of a lease that may run out',
      withStore(async (store) => {
        const next = () => store.nextDueAt('KIE');
        expect(await next()).toBeNull();
        await insert(store, { nextAction: null });
        await insert(store, { provider: 'GOOGLE', dueAt: now - 5 });
        expect(await next()).toBeNull();
        const { id } = await insert(store, { dueAt: now });
        await insert(store, { dueAt: now + 500 });
        expect(await next()).toBe(now);
        await store.claim({ ...claimBy('w'), leaseUntil: now + 100 });
        const free = await next();
        expect(free).toBe(now + 101);
        expect(ids(await store.claim({ ...claimBy('v'), now: free ?? 0, leaseUntil: now + 900 }))).toEqual([
          id,
        ]);
        expect(await next()).toBe(now + 500);
        expect(await store.nextDueAt('GOOGLE')).toBe(now - 5);
      }),
    );
  });

  describe(`${name}: times beyond the calendar`, () => {
    /** The last moment that RFC 3339 can write. */
    const end = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

    test.each([1e16, 1.1e17, 1e33, Number.MAX_VALUE])(
      'a plan for %d is kept as their end, and hurts no read',
      (time) =>
        withStore(async (store) => {
          const { id } = await insert(store, { dueAt: time });
          const { id: other } = await insert(store, { dueAt: null });
          await store.change(other, () =>
            announced({ work: { dueAt: time, leaseUntil: time }, hint: 'later' }),
          );
          await store.pauseCreates('KIE', time);
          expect((await store.changesAfter(0, { limit: 10 })).map((task) => task.work.dueAt)).toEqual([
            end,
            end,
          ]);
          expect([(await store.get(id))?.work.dueAt, (await store.get(other))?.work.leaseUntil]).toEqual([
            end,
            end,
          ]);
          expect(await store.createAllowance('KIE', { now, windowMs: 1000, max: 1 })).toEqual({
            places: 0,
            freeAt: end,
          });
        })(),
    );
  });

  describe(`${name}: create budgets`, () => {
    const limit = { windowMs: 10_000, max: 3 };
    const granted = { kind: 'granted' };

    test(
      'a window takes so many and reports when the next slot is free, after a restart too',
      withDatabase(async (database) => {
        {
          await using store = await database.open();
          expect(await store.reserveCreate('KIE', { ...limit, now })).toEqual(granted);
          expect(await store.reserveCreate('KIE', { ...limit, now: now + 1000 })).toEqual(granted);
          expect(await store.reserveCreate('KIE', { ...limit, now: now + 2000 })).toEqual(granted);
        }
        await using store = await database.open();
        expect(await store.reserveCreate('KIE', { ...limit, now: now + 3000 })).toEqual(
          fullUntil(now + 10_000),
        );
        expect(await store.reserveCreate('KIE', { ...limit, now: now + 9999 })).toEqual(
          fullUntil(now + 10_000),
        );
        expect(await store.reserveCreate('GOOGLE', { ...limit, now: now + 9999 })).toEqual(granted);
        expect(await store.reserveCreate('KIE', { ...limit, now: now + 10_000 })).toEqual(granted);
        expect(await store.reserveCreate('KIE', { ...limit, now: now + 10_500 })).toEqual(
          fullUntil(now + 11_000),
        );
      }),
    );

    test(
      'reservations at once never pass the limit',
      withStore(async (store) => {
        const answers = await parallel(12, () => store.reserveCreate('KIE', { ...limit, now }));
        expect(answers.toSorted((a, b) => b.kind.localeCompare(a.kind))).toEqual([
          ...Array.from({ length: 3 }, () => granted),
          ...Array.from({ length: 9 }, () => ({ kind: 'full', freeAt: now + 10_000 })),
        ]);
      }),
    );

    test(
      'in any window there are at most as many as allowed, and who waits as long as reported gets a slot',
      withStore(async (store) => {
        let clock = now;
        const window = { windowMs: 100, max: 4 };
        await fc.assert(
          fc.asyncProperty(fc.array(fc.nat(60), { minLength: 5, maxLength: 12 }), async (pauses) => {
            clock += 1000;
            const grants: number[] = [];
            for (const pause of pauses) {
              clock += pause;
              let answer = await store.reserveCreate('KIE', { ...window, now: clock });
              if (answer.kind === 'full') {
                // Waiting as long as reported must bring the clock on, and be enough.
                clock = Math.max(clock + 1, answer.freeAt);
                answer = await store.reserveCreate('KIE', { ...window, now: clock });
              }
              expect(answer).toEqual(granted);
              grants.push(clock);
            }
            const crowded = grants.filter((at, index) => at - (grants[index - 4] ?? -Infinity) < 100);
            expect(crowded).toEqual([]);
          }),
          { numRuns: 20 },
        );
      }),
    );
  });
}
