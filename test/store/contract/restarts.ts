import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { local, randomTaskId, sampleFullTask } from '../../support/sample-task.ts';
import { now, insert, insertMany, listOf, claimBy, announced, type StoreTests } from './fixture.ts';

/** What a restart, or a backup put back, keeps. */
export function restartsContract(
  name: string,
  { withStore, withDatabase, createDatabase }: StoreTests,
): void {
  describe(`${name}: across restarts`, () => {
    test(
      'everything is kept, and a closed store may be closed again',
      withDatabase(async (database) => {
        const store = await database.open();
        const full = sampleFullTask();
        await store.insert({ ...full, work: { ...full.work, leaseOwner: null, leaseUntil: null } }, null);
        const tasks = await insertMany(store, 3);
        await store.change(tasks[1]?.id ?? randomTaskId(), () => ({
          ...announced({ stage: 'GENERATING', provider: { taskId: 'theirs' } }),
          transition: {
            taskId: tasks[1]?.id ?? randomTaskId(),
            stage: 'GENERATING',
            at: now,
            reason: 'Why',
            reasonMessages: null,
          },
        }));
        const read = async (from: Store) => ({
          rows: await from.changesAfter(0, { limit: 10 }),
          page: await from.page(listOf(local)),
          open: await from.changesAfter(0, { limit: 10, openOnly: true }),
          history: await from.history(tasks[1]?.id ?? randomTaskId()),
          dueAt: await from.nextDueAt('KIE'),
          revision: await from.lastRevision(),
        });
        const before = await read(store);
        await store[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
        await using again = await database.open();
        expect(await read(again)).toEqual(before);
        expect(before.rows).toHaveLength(4);
        expect((await insert(again)).revision).toBe(before.revision + 1);
      }),
    );

    test(
      'a start frees the leases of the process before where one process owns the database, and only there',
      withDatabase(async (database) => {
        {
          await using store = await database.open();
          await insertMany(store, 3);
          await store.claim({ ...claimBy('before'), limit: 2, leaseUntil: now + 1_000_000 });
        }
        await using store = await database.open();
        const claimed = await store.claim(claimBy('after'));
        expect(claimed.map(({ work: { leaseOwner } }) => leaseOwner)).toEqual(
          Array.from({ length: database.soleOwner ? 3 : 1 }, () => 'after'),
        );
        expect(await store.lastRevision()).toBe(3);
      }),
    );
  });

  describe(`${name}: revisions as text`, () => {
    test(
      'they compare as the numbers do',
      withStore(async (store) => {
        const counter = fc.oneof(fc.nat(1000), fc.maxSafeNat());
        fc.assert(
          fc.property(counter, counter, (a, b) => {
            const [one, two] = [store.formatRevision(a), store.formatRevision(b)];
            expect({ before: one < two, same: one === two }).toEqual({ before: a < b, same: a === b });
          }),
        );
      }),
    );

    test(
      'one that was given out stays known over restarts, from the empty database on',
      withDatabase(async (database) => {
        const given: string[] = [];
        for (const inserts of [0, 0, 2, 0, 3, 1, 0]) {
          await using store = await database.open();
          given.push(store.formatRevision(await store.lastRevision()));
          for (let index = 0; index < inserts; index += 1) {
            given.push(store.formatRevision((await insert(store)).revision));
          }
          expect(await Promise.all(given.map((text) => store.parseRevision(text)))).toEqual(
            given.map((text) => ({ kind: 'known', counter: Number(text.slice(0, 16)) })),
          );
          expect(given.toSorted()).toEqual(given);
        }
        expect(new Set(given).size).toBe(7);
      }),
    );

    test(
      'one that is yet to come is from the future, until it comes',
      withStore(async (store) => {
        const first = store.formatRevision(1);
        expect(await store.parseRevision(first)).toEqual({ kind: 'future' });
        await insert(store);
        expect(await store.parseRevision(first)).toEqual({ kind: 'known', counter: 1 });
      }),
    );

    test(
      "another database's are foreign",
      withStore(async (store) => {
        await using otherDatabase = await createDatabase();
        await using otherStore = await otherDatabase.open();
        await insertMany(store, 2);
        await insertMany(otherStore, 3);
        const texts = [0, 1, 2, 3, 4].map((counter) => otherStore.formatRevision(counter));
        expect(await Promise.all(texts.map((text) => store.parseRevision(text)))).toEqual(
          texts.map(() => ({ kind: 'foreign' })),
        );
      }),
    );

    test.each([{ saved: 0 }, { saved: 3 }])(
      'after a backup of $saved changes is put back, those are known and the lost ones are not',
      ({ saved }) =>
        withDatabase(async (database) => {
          const kept: string[] = [];
          const lost: string[] = [];
          {
            await using store = await database.open();
            kept.push(store.formatRevision(0));
            for (const { revision } of await insertMany(store, saved))
              kept.push(store.formatRevision(revision));
          }
          const putBack = await database.backUp();
          for (const inserts of [2, 1]) {
            await using store = await database.open();
            for (const { revision } of await insertMany(store, inserts)) {
              lost.push(store.formatRevision(revision));
            }
          }
          await putBack();
          for (const inserts of [0, 2, 5]) {
            await using store = await database.open();
            await insertMany(store, inserts);
            expect(await Promise.all(lost.map((text) => store.parseRevision(text)))).toEqual(
              lost.map(() => ({ kind: 'foreign' })),
            );
            expect(await Promise.all(kept.map((text) => store.parseRevision(text)))).toEqual(
              kept.map((text) => ({ kind: 'known', counter: Number(text.slice(0, 16)) })),
            );
          }
        })(),
    );

    test(
      'what no store ever made is unreadable',
      withStore(async (store) => {
        await insert(store);
        const made = store.formatRevision(1);
        const texts = [
          '',
          '1',
          '0',
          '-1',
          'null',
          made.slice(1),
          `0${made}`,
          ` ${made}`,
          `${made}\n`,
          made.toUpperCase().replace(/.$/, '!'),
          made.replace('-', '_'),
          `9999999999999999${made.slice(16)}`,
          `${'٠'.repeat(15)}١${made.slice(16)}`,
        ];
        expect(await Promise.all(texts.map((text) => store.parseRevision(text)))).toEqual(
          texts.map(() => ({ kind: 'unreadable' })),
        );
      }),
    );

    test(
      'any text at all has an answer, and only a known one has a number within the history',
      withStore(async (store) => {
        await insertMany(store, 3);
        const near = fc
          .tuple(fc.nat(5), fc.nat(24), fc.string({ unit: 'binary', maxLength: 3 }))
          .map(([counter, place, edit]) => {
            const text = store.formatRevision(counter);
            return text.slice(0, place) + edit + text.slice(place + edit.length);
          });
        await fc.assert(
          fc.asyncProperty(fc.oneof(near, fc.string({ unit: 'binary' })), async (text) => {
            const answer = await store.parseRevision(text);
            const known = [0, 1, 2, 3].find((counter) => store.formatRevision(counter) === text);
            expect(['unreadable', 'foreign', 'future', 'known']).toContain(answer.kind);
            expect(answer.kind === 'known' ? answer : null).toEqual(
              known === undefined ? null : { kind: 'known', counter: known },
            );
          }),
          { numRuns: 300 },
        );
      }),
    );
  });
}
