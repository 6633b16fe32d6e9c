import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { taskParts, type TaskField } from '../../../src/domain/task-fields.ts';
import type { VideoTask } from '../../../src/domain/video-task.ts';
import { local, randomTaskId, sampleFullTask, sampleTask } from '../../support/sample-task.ts';
import { other, now, announced, quiet, insert, parallel, type StoreTests } from './fixture.ts';

/** Rows come back as they were written, once for each idempotency key. */
export function rowsContract(name: string, { withStore, withDatabase }: StoreTests): void {
  describe(`${name}: rows`, () => {
    test(
      'every field comes back as it was written, set or null',
      withStore(async (store) => {
        const bare = sampleTask();
        const full = sampleFullTask();
        expect(await store.insert(bare, null)).toEqual({
          kind: 'inserted',
          task: { ...bare, number: 1, revision: 1 },
        });
        expect(await store.insert(full, { key: 'k', inputHash: 'h' })).toEqual({
          kind: 'inserted',
          task: { ...full, number: 2, revision: 2 },
        });
        expect(await store.get(bare.id)).toEqual({ ...bare, number: 1, revision: 1 });
        expect(await store.get(full.id)).toEqual({ ...full, number: 2, revision: 2 });
      }),
    );

    test(
      'an owner reads its task, whole or some fields of it, and no one else does',
      withStore(async (store) => {
        const full = await insert(store, { ...sampleFullTask(), deletedAt: null });
        const { id, owner } = full;
        expect(await store.getOwn(owner, id)).toEqual(full);
        const fields = fieldsOf(full);
        const some = fields.map(([field]) => [field]);
        const read = await Promise.all(some.map(async (one) => store.getOwn(owner, id, one)));
        expect(read).toEqual(fields.map(([, alone]) => alone));
        expect(await store.getOwn(owner, id, some.flat())).toEqual(full);
        const few = ['stage', 'result.video', 'id'] as const;
        const {
          stage,
          result: { video },
        } = full;
        for (let times = 0; times < 3; times += 1) {
          expect(await store.getOwn(owner, id, few)).toEqual({ id, stage, result: { video } });
        }
        expect(await store.getOwn(other, id)).toBeNull();
        expect(await store.getOwn(other, id, few)).toBeNull();
        expect(await store.getOwn(owner, randomTaskId())).toBeNull();
        await store.change(id, () => announced({ deletedAt: now }));
        expect([await store.getOwn(owner, id), await store.getOwn(owner, id, few)]).toEqual([null, null]);
        expect(await store.get(id)).toMatchObject({ id, deletedAt: now });
      }),
    );

    test(
      'every field can be changed to a value and to null',
      withStore(async (store) => {
        const { id, owner, ...fields } = sampleFullTask();
        const bare = await insert(store, { owner, callbackToken: fields.work.callbackToken });
        const { id: _, ...bareFields } = bare;
        expect(await store.change(bare.id, () => announced(fields))).toEqual({
          ...bare,
          ...fields,
          revision: 2,
        });
        expect(await store.get(bare.id)).toEqual({ ...bare, ...fields, revision: 2 });
        expect(await store.change(bare.id, () => quiet(bareFields))).toEqual({ ...bare, revision: 2 });
        expect(await store.get(bare.id)).toEqual({ ...bare, revision: 2 });
        expect(await store.get(id)).toBeNull();
      }),
    );

    test(
      'texts in any language and any JSON come back',
      withStore(async (store) => {
        // PostgreSQL's texts hold no NUL, and no database holds half a surrogate pair.
        const text = fc
          .string({ unit: 'grapheme', maxLength: 40 })
          .filter((value) => !value.includes('\0') && value.isWellFormed());
        const json = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)));
        await fc.assert(
          fc.asyncProperty(text, text, json, async (prompt, label, options) => {
            const providerOptions = { ...options };
            const task = await insert(store, { prompt, label, providerOptions });
            expect(await store.get(task.id)).toEqual({
              ...task,
              spec: { ...task.spec, prompt, label, providerOptions },
            });
          }),
          { numRuns: 60 },
        );
      }),
    );

    test(
      'an unknown id is null for reads and changes',
      withStore(async (store) => {
        let asked = 0;
        const answered = await store.change(randomTaskId(), () => {
          asked += 1;
          return announced({});
        });
        expect({
          get: await store.get(randomTaskId()),
          getByProviderTask: await store.getByProviderTask('KIE', 'none'),
          history: await store.history(randomTaskId()),
          answered,
          asked,
          revision: await store.lastRevision(),
        }).toEqual({
          get: null,
          getByProviderTask: null,
          history: [],
          answered: null,
          asked: 0,
          revision: 0,
        });
      }),
    );

    test(
      "a provider's id finds its task, and belongs to one task of that provider only",
      withStore(async (store) => {
        const kie = await insert(store, { provider: 'KIE', providerTaskId: 'same' });
        const google = await insert(store, { provider: 'GOOGLE', providerTaskId: 'same' });
        await expect(insert(store, { owner: other, providerTaskId: 'same' })).rejects.toThrow(/unique/i);
        const third = await insert(store);
        await expect(
          store.change(third.id, () => announced({ provider: { taskId: 'same' } })),
        ).rejects.toThrow('Another task has same');
        expect(await store.getByProviderTask('KIE', 'same')).toEqual(kie);
        expect(await store.getByProviderTask('GOOGLE', 'same')).toEqual(google);
        expect(await store.getByProviderTask('SIMULATOR', 'same')).toBeNull();
        expect(await store.get(third.id)).toEqual(third);
        expect(await store.lastRevision()).toBe(3);
      }),
    );

    test(
      'an insert that fails leaves nothing: no row, no key, no revision, no news',
      withStore(async (store) => {
        const first = await insert(store);
        let news = 0;
        using _ = store.onRevision((task) => {
          // Null: the database was looked at.
          if (task !== null) news += 1;
        });
        const clash = sampleTask({ callbackToken: first.work.callbackToken });
        await expect(store.insert(clash, { key: 'k', inputHash: 'h' })).rejects.toThrow(/unique/i);
        expect(await store.get(clash.id)).toBeNull();
        const next = sampleTask();
        expect(await store.insert(next, { key: 'k', inputHash: 'h' })).toEqual({
          kind: 'inserted',
          task: { ...next, number: 2, revision: 2 },
        });
        expect(await store.history(clash.id)).toEqual([]);
        expect(news).toBe(1);
      }),
    );
  });

  describe(`${name}: idempotency keys`, () => {
    test(
      '20 calls at once with one key make one task',
      withStore(async (store) => {
        const results = await parallel(20, () => store.insert(sampleTask(), { key: 'k', inputHash: 'h' }));
        const made = results.filter(({ kind }) => kind === 'inserted');
        expect(made).toHaveLength(1);
        const task = made[0]?.kind === 'inserted' ? made[0].task : null;
        expect(results.filter(({ kind }) => kind !== 'inserted')).toEqual(
          Array.from({ length: 19 }, () => ({ kind: 'repeated', task })),
        );
        expect(await store.countMatching(local, {})).toEqual({ count: 1, isExact: true });
        expect(await store.lastRevision()).toBe(1);
      }),
    );

    test(
      'a repeated call gets the task as it is now, after a restart too',
      withDatabase(async (database) => {
        const key = { key: 'k', inputHash: 'h' };
        const task = sampleTask();
        {
          await using store = await database.open();
          await store.insert(task, key);
          await store.change(task.id, () => announced({ provider: { percent: 40 } }));
        }
        await using store = await database.open();
        expect(await store.insert(sampleTask(), key)).toEqual({
          kind: 'repeated',
          task: { ...task, provider: { ...task.provider, percent: 40 }, number: 1, revision: 2 },
        });
      }),
    );

    test(
      'another input under the same key conflicts and makes nothing',
      withStore(async (store) => {
        await store.insert(sampleTask(), { key: 'k', inputHash: 'h' });
        const second = sampleTask();
        expect(await store.insert(second, { key: 'k', inputHash: 'another' })).toEqual({ kind: 'conflict' });
        expect(await store.get(second.id)).toBeNull();
        expect(await store.lastRevision()).toBe(1);
      }),
    );

    test(
      'the keys of two owners know nothing of each other',
      withStore(async (store) => {
        const mine = sampleTask();
        const theirs = sampleTask({ owner: other });
        expect(await store.insert(mine, { key: 'k', inputHash: 'h' })).toMatchObject({ kind: 'inserted' });
        expect(await store.insert(theirs, { key: 'k', inputHash: 'another' })).toEqual({
          kind: 'inserted',
          task: { ...theirs, number: 2, revision: 2 },
        });
        expect([
          await store.insert(sampleTask(), { key: 'k', inputHash: 'h' }),
          await store.insert(sampleTask({ owner: other }), { key: 'k', inputHash: 'another' }),
        ]).toEqual([
          { kind: 'repeated', task: { ...mine, number: 1, revision: 1 } },
          { kind: 'repeated', task: { ...theirs, number: 2, revision: 2 } },
        ]);
      }),
    );

    test(
      'the key of a deleted task is gone, and with another input still a conflict',
      withStore(async (store) => {
        const task = sampleTask();
        await store.insert(task, { key: 'k', inputHash: 'h' });
        await store.change(task.id, () => announced({ deletedAt: now }));
        expect(await store.insert(sampleTask(), { key: 'k', inputHash: 'h' })).toEqual({ kind: 'gone' });
        expect(await store.insert(sampleTask(), { key: 'k', inputHash: 'another' })).toEqual({
          kind: 'conflict',
        });
      }),
    );
  });
}

/** The path of each field of a task, and the task with that field alone. */
const fieldsOf = (task: VideoTask) =>
  Object.entries(task).flatMap(([key, value]: [string, unknown]): [TaskField, object][] =>
    (taskParts as readonly string[]).includes(key)
      ? Object.entries(value as object).map(([name, inner]: [string, unknown]) => [
          `${key}.${name}` as TaskField,
          { [key]: { [name]: inner } },
        ])
      : [[key as TaskField, { [key]: value }]],
  );
