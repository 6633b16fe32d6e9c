import { message } from '../../../src/domain/messages.ts';
import { describe, expect, test } from 'vitest';
import type { RevisionListener } from '../../../src/store/store.ts';
import type { Owner, Stage, TaskId, VideoTask } from '../../../src/domain/video-task.ts';
import { local, randomTaskId, sampleTask } from '../../support/sample-task.ts';
import {
  other,
  now,
  announced,
  quiet,
  insert,
  insertMany,
  parallel,
  upTo,
  claimBy,
  type StoreTests,
} from './fixture.ts';

/** A change decides on the newest row, and takes its place in one order. */
export function changesContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: change`, () => {
    test(
      'each of 50 changes at once decides on what the one before it wrote',
      withStore(async (store) => {
        const task = await insert(store);
        const answers = await parallel(50, () =>
          store.change(task.id, ({ work: { checks } }) => quiet({ work: { checks: checks + 1 } })),
        );
        expect(answers.map((answer) => answer?.work.checks).toSorted((a = 0, b = 0) => a - b)).toEqual(
          upTo(50),
        );
        expect(await store.get(task.id)).toEqual({ ...task, work: { ...task.work, checks: 50 } });
      }),
    );

    test(
      'of two concurrent changes, one is first',
      withStore(async (store) => {
        const task = await insert(store);
        const start = (who: string) =>
          store.change(task.id, ({ stage }) =>
            stage === 'WAITING' ? announced({ stage: 'SUBMITTING', hint: who }) : null,
          );
        const answers = await Promise.all([start('one'), start('two')]);
        expect(answers.filter((answer) => answer !== null)).toEqual([await store.get(task.id)]);
      }),
    );

    test(
      'a change in the name of an owner is for a task of theirs that is not deleted',
      withStore(async (store) => {
        const task = await insert(store);
        const change = (owner: Owner) => store.changeOwn(owner, task.id, () => announced({ hint: owner }));
        expect(await change(other)).toBeNull();
        expect(await store.get(task.id)).toEqual(task);
        expect(await change(local)).toEqual({ ...task, hint: local, revision: 2 });
        await store.change(task.id, () => announced({ deletedAt: now }));
        expect(await change(local)).toBeNull();
        expect(await store.lastRevision()).toBe(3);
      }),
    );

    test(
      'an insert replaces only a task of the same owner',
      withStore(async (store) => {
        const task = await insert(store, { owner: other });
        const replaces = { id: task.id, decide: () => announced({ hint: 'Replaced' }) };
        const replaced = await store.insert(sampleTask(), null, { limitUsd: null, replaces });
        expect([replaced.kind, await store.get(task.id)]).toEqual(['outrun', task]);
      }),
    );

    test(
      'a decision for nothing writes nothing and answers null',
      withStore(async (store) => {
        const task = await insert(store);
        expect(await store.change(task.id, () => null)).toBeNull();
        expect(await store.get(task.id)).toEqual(task);
        expect(await store.lastRevision()).toBe(1);
      }),
    );

    test(
      'a decision that throws writes nothing, and the store goes on',
      withStore(async (store) => {
        const task = await insert(store);
        const fault = new Error('A bug in the decision');
        await expect(
          store.change(task.id, () => {
            throw fault;
          }),
        ).rejects.toBe(fault);
        expect(await store.change(task.id, () => announced({ provider: { percent: 1 } }))).toEqual({
          ...task,
          provider: { ...task.provider, percent: 1 },
          revision: 2,
        });
      }),
    );

    test(
      'only an announced change takes a revision',
      withStore(async (store) => {
        const task = await insert(store);
        expect(await store.change(task.id, () => quiet({ work: { checks: 1 } }))).toEqual({
          ...task,
          work: { ...task.work, checks: 1 },
        });
        expect(await store.lastRevision()).toBe(1);
        expect(await store.changesAfter(1, { limit: 10 })).toEqual([]);
        expect(await store.change(task.id, () => announced({ provider: { percent: 5 } }))).toEqual({
          ...task,
          work: { ...task.work, checks: 1 },
          provider: { ...task.provider, percent: 5 },
          revision: 2,
        });
        expect(await store.lastRevision()).toBe(2);
      }),
    );

    test(
      'the history has the first stage and each transition in order, even when the clock goes back',
      withStore(async (store) => {
        const task = await insert(store);
        const bystander = await insert(store);
        const steps: [Stage, string | null][] = [
          ['SUBMITTING', null],
          ['WAITING', 'Busy'],
          ['SUBMITTING', null],
          ['GENERATING', null],
        ];
        const transitions = steps.map(([stage, reason], index) => ({
          taskId: task.id,
          stage,
          at: now - Math.floor(index / 2),
          reason,
          reasonMessages:
            reason === null ? null : [message('ID_NAMED', { provider: 'Kie.ai', providerTaskId: reason })],
        }));
        for (const transition of transitions) {
          await store.change(task.id, () => ({ ...announced({ stage: transition.stage }), transition }));
        }
        await store.change(task.id, () => announced({ provider: { percent: 1 } }));
        expect(await store.history(task.id)).toEqual([
          { taskId: task.id, stage: 'WAITING', at: now, reason: null, reasonMessages: null },
          ...transitions,
        ]);
        expect(await store.history(bystander.id)).toHaveLength(1);
      }),
    );
  });

  describe(`${name}: the order of changes`, () => {
    test(
      '200 changes at once take 200 revisions without a gap, and a reader of pages misses none',
      withStore(async (store) => {
        const tasks = await insertMany(store, 20);
        const seen = new Map<TaskId, VideoTask>();
        const read: number[] = [];
        let cursor = 0;
        const readOn = async (): Promise<number> => {
          const page = await store.changesAfter(cursor, { limit: 7 });
          // Ends a reader that is given the same page again and again, which no deadline could.
          if (page.some(({ revision }) => revision <= cursor)) throw new Error('A page goes back');
          for (const task of page) {
            seen.set(task.id, task);
            read.push(task.revision);
          }
          cursor = page.at(-1)?.revision ?? cursor;
          return page.length;
        };
        const writing = new AbortController();
        const reader = (async () => {
          while (!writing.signal.aborted) await readOn();
          while ((await readOn()) > 0);
        })();
        const changed = await parallel(200, (index) =>
          store.change(tasks[index % 20]?.id ?? randomTaskId(), ({ work: { checks } }) =>
            announced({ work: { checks: checks + 1 } }),
          ),
        );
        writing.abort();
        await reader;

        const revisions = changed.map((task) => task?.revision ?? 0);
        expect(revisions.toSorted((a, b) => a - b)).toEqual(upTo(220).slice(20));
        expect(read).toEqual(read.toSorted((a, b) => a - b));
        expect(new Set(read).size).toBe(read.length);
        const newest = await Promise.all(tasks.map(async ({ id }) => store.get(id)));
        expect(tasks.map(({ id }) => seen.get(id))).toEqual(newest);
        expect(newest.map((task) => task?.work.checks)).toEqual(Array.from({ length: 20 }, () => 10));
        expect(await store.lastRevision()).toBe(220);
      }),
    );

    test(
      'a task counts once, at its newest change',
      withStore(async (store) => {
        const [first, second, third] = await insertMany(store, 3);
        if (!first || !second || !third) throw new Error('Three were inserted');
        const changed = await store.change(first.id, () => announced({ provider: { percent: 1 } }));
        expect(await store.changesAfter(0, { limit: 10 })).toEqual([second, third, changed]);
        expect(await store.changesAfter(0, { limit: 2 })).toEqual([second, third]);
        expect(await store.changesAfter(3, { limit: 10 })).toEqual([changed]);
        expect(await store.changesAfter(4, { limit: 10 })).toEqual([]);
      }),
    );

    test(
      "one owner's changes are those of its tasks, deleted ones too",
      withStore(async (store) => {
        const tasks = await insertMany(store, 6, (index) => ({ owner: index % 2 === 0 ? local : other }));
        const [first] = tasks;
        const deleted = await store.change(first?.id ?? randomTaskId(), () => announced({ deletedAt: now }));
        expect(await store.changesAfter(0, { limit: 10, owner: local })).toEqual([
          tasks[2],
          tasks[4],
          deleted,
        ]);
        expect(await store.changesAfter(0, { limit: 10, owner: other })).toEqual([
          tasks[1],
          tasks[3],
          tasks[5],
        ]);
        expect(await store.changesAfter(2, { limit: 1, owner: other })).toEqual([tasks[3]]);
      }),
    );

    test(
      'the changes of a label, of a group or of both are those of their tasks, deleted ones too',
      withStore(async (store) => {
        const tasks = await insertMany(store, 8, (index) => ({
          owner: index === 7 ? other : local,
          label: index % 2 === 0 ? null : 'L',
          group: index < 4 ? null : 'G',
        }));
        const [, first] = tasks;
        const deleted = await store.change(first?.id ?? randomTaskId(), () => announced({ deletedAt: now }));
        const changes = (scope: object) => store.changesAfter(0, { limit: 10, owner: local, ...scope });
        expect(await changes({ label: 'L' })).toEqual([tasks[3], tasks[5], deleted]);
        expect(await changes({ group: 'G' })).toEqual([tasks[4], tasks[5], tasks[6]]);
        expect(await changes({ label: 'L', group: 'G' })).toEqual([tasks[5]]);
        expect(await changes({ label: 'l' })).toEqual([]);
        expect(await changes({ group: 'G', openOnly: true, limit: 1 })).toEqual([tasks[4]]);
      }),
    );

    test(
      'the unfinished tasks, up to a revision, of one owner or of all, come in the order of their changes',
      withStore(async (store) => {
        const [first, second, third] = await insertMany(store, 3);
        if (!first || !second || !third) throw new Error('Three were inserted');
        const fourth = await insert(store, { owner: other });
        const changed = await store.change(first.id, () => announced({ stage: 'GENERATING' }));
        await store.change(second.id, () => announced({ stage: 'FAILED', result: { completedAt: now } }));
        const open = { limit: 10, openOnly: true };
        expect(await store.changesAfter(0, open)).toEqual([third, fourth, changed]);
        expect(await store.changesAfter(0, { ...open, owner: local })).toEqual([third, changed]);
        expect(await store.changesAfter(0, { ...open, owner: local, limit: 1 })).toEqual([third]);
        expect(await store.changesAfter(0, { ...open, upTo: 4 })).toEqual([third, fourth]);
        expect(await store.changesAfter(3, { ...open, upTo: 4 })).toEqual([fourth]);
        expect(await store.changesAfter(0, { limit: 10, openOnly: false, upTo: 6 })).toHaveLength(4);
      }),
    );

    test(
      'a listener is called after the commit of each announced change, until it is disposed of',
      withStore(async (store, { soleOwner }) => {
        const reads: Promise<number>[] = [];
        const subscription = store.onRevision(() => reads.push(store.lastRevision()));
        const task = await insert(store);
        await store.change(task.id, () => quiet({ work: { checks: 1 } }));
        await store.change(task.id, () => null);
        await store.insert(sampleTask(), { key: 'k', inputHash: 'h' });
        await store.insert(sampleTask(), { key: 'k', inputHash: 'h' });
        await store.insert(sampleTask(), { key: 'k', inputHash: 'another' });
        await store.claim({ ...claimBy('w'), limit: 1 });
        await store.change(task.id, () => announced({ provider: { percent: 1 } }));
        subscription[Symbol.dispose]();
        await store.change(task.id, () => announced({ provider: { percent: 2 } }));
        let read = await Promise.all(reads);
        // Where others may write, it is also called when the database has been looked at, such as right after the start.
        if (!soleOwner) read = read.filter((revision) => revision > 0).slice(-3);
        expect(read).toHaveLength(3);
        // A database that answers later may have moved on.
        for (const [index, revision] of read.entries()) expect(revision).toBeGreaterThan(index);
      }),
    );

    test(
      'a listener gets each task as it is stored with the revision that it took',
      withStore(async (store) => {
        const told: (VideoTask | null)[] = [];
        using _ = store.onRevision((task) => told.push(task));
        const task = await insert(store, { providerOptions: { a: [1, { b: null }] } });
        const error = {
          code: 'PROVIDER_FAILED',
          message: 'No',
          providerCode: null,
          retryable: true,
          billed: 'NO',
        } as const;
        await store.change(task.id, () =>
          announced({ stage: 'FAILED', result: { error, completedAt: now }, cost: null, hint: 'Try again' }),
        );
        const deleted = await store.change(task.id, () => announced({ deletedAt: now }));
        // Those of other processes come without the task.
        const own = told.filter((one) => one !== null);
        expect(own.map(({ revision }) => revision)).toEqual([1, 2, 3]);
        expect(own.at(-1)).toEqual(deleted);
        expect(own.at(-1)).toEqual((await store.changesAfter(0, { limit: 10 })).at(-1));
      }),
    );

    test(
      'two subscriptions of one function are two',
      withStore(async (store) => {
        let calls = 0;
        const listener: RevisionListener = (task) => {
          // Null: another process may have changed something, which is asked from time to time.
          if (task !== null) calls += 1;
        };
        const one = store.onRevision(listener);
        using _ = store.onRevision(listener);
        await insert(store);
        expect(calls).toBe(2);
        one[Symbol.dispose]();
        await insert(store);
        expect(calls).toBe(3);
      }),
    );
  });
}
