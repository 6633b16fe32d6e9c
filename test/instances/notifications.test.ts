import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { silent, startPostgresDatabases } from '../support/postgres-databases.ts';
import { waitFor } from '../support/wait-for.ts';
import { insert, insertMany, parallel } from '../store/contract/fixture.ts';

/** The shortest time between two notifications of an instance, less what a timer may be early. */
const apartMs = 19;

test('many changes, at once and one after another, are told in a few notifications, and all of them arrive', async () => {
  await using stack = new AsyncDisposableStack();
  const databases = stack.use(await startPostgresDatabases());
  const database = stack.use(await databases.take());
  const writer = stack.use(await openPostgresStore(database, silent));
  const reader = stack.use(await openPostgresStore(database, silent));
  const listener = new Client({ connectionString: database.url });
  await listener.connect();
  try {
    let told = 0;
    listener.on('notification', () => void (told += 1));
    await listener.query('listen reelay_changes');
    let heard = 0;
    const began = performance.now();
    stack.use(reader.onRevision(() => void (heard += 1)));
    const atOnce = await parallel(1000, () => insert(writer));
    // Each is a commit of its own.
    const inTurn = await insertMany(writer, 200);
    const tasks = [...atOnce, ...inTurn];
    const newest = Math.max(...tasks.map(({ revision }) => revision));
    await waitFor('a hint that there are changes', () => heard > 0);
    expect(await reader.changesAfter(newest - tasks.length, { limit: 2000 })).toHaveLength(tasks.length);
    // The answer comes after all notifications that were sent before.
    await listener.query('select 1');
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(2 + (performance.now() - began) / apartMs);
  } finally {
    await listener.end();
  }
});
