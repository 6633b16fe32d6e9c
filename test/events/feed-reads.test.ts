import { pino } from 'pino';
import { expect, it } from 'vitest';
import { TaskFeed } from '../../src/events/feed.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { RevisionListener, Store } from '../../src/store/store.ts';
import { local, sampleTask } from '../support/sample-task.ts';
import { waitFor } from '../support/wait-for.ts';

const log = pino({ level: 'silent' });
const readEveryMs = 40;

it('a feed reads the changes of other instances with a pause, however often they notify, and misses none', async () => {
  await using store = await openSqliteStore(':memory:');
  let reads = 0;
  // As one hears of the changes of others: only that there is something.
  const elsewhere = {
    changesAfter: (...[counter, scope]: Parameters<Store['changesAfter']>) => {
      reads += 1;
      return store.changesAfter(counter, scope);
    },
    onRevision: (listener: RevisionListener) => store.onRevision(() => listener(null)),
    lastRevision: () => store.lastRevision(),
  };
  await using feed = await TaskFeed.open(elsewhere as unknown as Store, log, new Metrics(log), {
    readEveryMs,
  });
  const delivered: number[] = [];
  feed.add({ owner: local, id: null }, { onChange: ({ revision }) => void delivered.push(revision) });
  const begun = performance.now();
  const revisions: number[] = [];
  for (let count = 0; count < 100; count += 1) {
    const result = await store.insert(sampleTask({ owner: local }), null);
    if (result.kind !== 'inserted') throw new Error(result.kind);
    revisions.push(result.task.revision);
    // The loop turns, so that reads could follow one another.
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await waitFor(
    'every change',
    () => delivered.length,
    (count) => count === 100,
  );
  const elapsedMs = performance.now() - begun;
  expect(delivered).toEqual(revisions);
  expect(reads).toBeLessThanOrEqual(1 + elapsedMs / readEveryMs);
});
