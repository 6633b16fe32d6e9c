import { array, constantFrom, nat, record, type Arbitrary } from 'fast-check';
import type { Store } from '../../src/store/store.ts';
import type { Owner, TaskId } from '../../src/domain/video-task.ts';
import { sampleTask, sampleTime } from './sample-task.ts';

/** A write of the property: of which task and owner, and how it ends. */
export interface Write {
  readonly kind: 'insert' | 'change' | 'refused' | 'failing' | 'cancel';
  readonly task: number;
  readonly owner: number;
}

/** Any writes of two owners to a few tasks. */
export const writes: Arbitrary<readonly Write[]> = array(
  record({
    kind: constantFrom('insert', 'insert', 'change', 'refused', 'failing', 'cancel'),
    task: nat(5),
    owner: nat(1),
  }),
  { minLength: 2, maxLength: 30, size: 'max' },
);

/** Tries a write and returns what its caller sees. Owners have a budget and a limit that several inserts exceed. */
export async function outcomeOf(store: Store, { kind, task, owner }: Write): Promise<unknown> {
  const id = `task-${owner}-${task}` as TaskId;
  try {
    if (kind === 'insert') {
      const result = await store.insert(
        sampleTask({
          id,
          owner: `owner-${owner}` as Owner,
          callbackToken: id,
          cost: { amount: 1, credits: null, settled: false },
        }),
        { key: id, inputHash: `hash-${task % 2}` },
        { limitUsd: 3, openLimit: 4 },
      );
      return result;
    }
    return await store.change(id, (row) => {
      if (kind === 'refused') return null;
      if (kind === 'failing') throw new Error('a bug');
      if (kind === 'cancel') {
        if (row.result.completedAt !== null) return null;
        const patch = { stage: 'CANCELED', result: { completedAt: sampleTime }, cost: null } as const;
        return {
          patch,
          announces: true,
          transition: { taskId: id, stage: 'CANCELED', at: sampleTime, reason: null, reasonMessages: null },
        };
      }
      return { patch: { hint: `${row.hint ?? ''}+` }, announces: true, transition: null };
    });
  } catch (error) {
    return error;
  }
}

/** All that the writes leave. */
export async function rowsOf(store: Store): Promise<unknown> {
  const tasks = await store.changesAfter(0, { limit: 1000 });
  return {
    tasks: await Promise.all(tasks.map(async (task) => ({ task, history: await store.history(task.id) }))),
    money: await Promise.all([0, 1].map((owner) => store.spending(`owner-${owner}` as Owner, '2026-01'))),
    open: await Promise.all([0, 1].map((owner) => store.countOpen(`owner-${owner}` as Owner))),
  };
}
