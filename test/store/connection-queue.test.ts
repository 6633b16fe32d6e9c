import { expect, test } from 'vitest';
import { ConnectionQueue } from '../../src/store/sqlite/connection-queue.ts';
import { LoopBudget } from '../../src/time/loop-budget.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { local } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { turnsDuring } from '../support/turns-during.ts';

test('the connection is handed out first come, first served, to one at a time', async () => {
  const queue = new ConnectionQueue(new LoopBudget(10));
  const order: number[] = [];
  let holders = 0;
  const use = async (index: number) => {
    await queue.acquire();
    holders += 1;
    expect(holders).toBe(1);
    if (index % 3 === 0) await new Promise((resume) => setImmediate(resume));
    order.push(index);
    holders -= 1;
    queue.release();
    // What comes again is at the end, after those that wait.
    if (index < 100) await use(index + 5000);
  };
  await Promise.all(Array.from({ length: 3000 }, (_, index) => use(index)));
  const again = Array.from({ length: 100 }, (_, index) => index + 5000);
  expect(order).toEqual([...Array.from({ length: 3000 }, (_, index) => index), ...again]);
});

test('30,000 reads at once cost as much as one by one, and let others work', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(`${folder.path}/reelay.db`);
  const { value, turns } = await turnsDuring(() =>
    Promise.all(Array.from({ length: 30_000 }, () => store.countOpen(local))),
  );
  expect(new Set(value)).toEqual(new Set([0]));
  expect(turns).toBeGreaterThan(5);
});

test('a loop of reads that never waits for anything else lets others work', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(`${folder.path}/reelay.db`);
  const { turns } = await turnsDuring(async () => {
    for (let reads = 0; reads < 5000; reads += 1) await store.lastRevision();
  });
  expect(turns).toBeGreaterThan(0);
});
