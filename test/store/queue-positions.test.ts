import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Owner, VideoTask } from '../../src/domain/video-task.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { turnsDuring } from '../support/turns-during.ts';

const waiting = 20_000;
const stack = new AsyncDisposableStack();
let store: Store;
let tasks: VideoTask[];

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  // Every fifth is another owner's, so that theirs come to an end first.
  seedTasks(file, waiting, (index) => ({
    owner: index % 5 === 0 ? (`key:${index % 3}` as Owner) : local,
    dueAt: sampleTime + Math.floor(index / 7),
  }));
  store = stack.use(await openSqliteStore(file));
  tasks = [];
  for (let after = 0; ; after = tasks.at(-1)?.revision ?? 0) {
    const page = await store.changesAfter(after, { limit: 1000, owner: local });
    if (page.length === 0) break;
    tasks.push(...page);
  }
});
afterAll(() => stack.disposeAsync());

describe('the positions in a queue of 20,000', () => {
  test('of all tasks of an owner are read at the cost of a few, while others work', async () => {
    const { value, turns } = await turnsDuring(() =>
      Promise.all(tasks.map(async (task) => store.queuePosition(task))),
    );
    // The other three owners have 1,333 or 1,334 each: one of each is sent in every round, then only ours are.
    const round = (index: number) => value[index];
    expect([round(0), round(1), round(2)]).toEqual([3, 7, 11]);
    expect(round(tasks.length - 1)).toBe(waiting - 1);
    expect(value).toEqual(value.toSorted((a, b) => a - b));
    expect(turns).toBeGreaterThan(0);
    // One after the other, as a subscription renders them.
    for (const task of tasks) await store.queuePosition(task);
  });

  test('a task that came after the queue was read has its place at the end', async () => {
    await store.queuePosition(sampleTaskOf(tasks));
    const added = await store.insert(sampleTask({ dueAt: sampleTime + waiting }), null);
    if (added.kind !== 'inserted') throw new Error(added.kind);
    expect(await store.queuePosition(added.task)).toBeGreaterThanOrEqual(waiting);
  });
});

function sampleTaskOf([first]: readonly VideoTask[]): VideoTask {
  if (first === undefined) throw new Error('There is no task');
  return first;
}
