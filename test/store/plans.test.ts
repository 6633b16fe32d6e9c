import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { sqliteDifferences } from '../../src/store/sqlite/differences.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import type { Transact } from '../../src/store/transactions.ts';
import { kyselyOf } from '../support/earlier-database.ts';
import { local, sampleTask, sampleTime, sampleTrackedTask } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { announced, claimBy, insert, listOf, quiet } from './contract/fixture.ts';

/** Tables that grow with the tasks. */
const growing = [
  'tasks',
  'transitions',
  'ledger',
  'idempotency_keys',
  'stored_media',
  'uploads',
  'task_spans',
];
/** Scans of what does not grow with finished tasks: leases are as many as there are slots; open tasks are read in slices. */
const allowed = [/^SCAN tasks USING INDEX tasks_(leased|open)$/];

/** Every read and write that a server does while it runs, and at its start. */
async function useEverything(store: Store): Promise<void> {
  const task = await insert(store, { label: 'x', group: 'y' });
  await store.insert(sampleTask(), { key: 'k', inputHash: 'h' }, { limitUsd: 5, openLimit: 100 });
  await store.insertTracked(sampleTrackedTask('theirs'));
  await store.findKey(local, 'k');
  await store.get(task.id);
  await store.getOwn(local, task.id);
  await store.getByProviderTask('KIE', 'theirs');
  await store.getTracked(local, 'KIE', 'theirs');
  await store.getByCallbackToken('none');
  await store.history(task.id);
  await store.getOwnNested(local, task.id);
  for (const filter of [
    {},
    { status: ['QUEUED' as const] },
    { stage: ['WAITING' as const], provider: ['KIE' as const] },
    { createdAfter: sampleTime - 1, createdBefore: sampleTime + 1 },
    { endedAfter: sampleTime },
    { label: 'x' },
    { group: 'y', status: ['QUEUED' as const] },
  ]) {
    await store.page({ ...listOf(local), filter, limit: 1 });
    await store.page({ ...listOf(local), filter, from: 'oldest', limit: 1, before: 0 });
    await store.countMatching(local, filter);
  }
  for (const scope of [
    {},
    { owner: local },
    { owner: local, openOnly: true, upTo: 100 },
    { owner: local, label: 'x' },
    { owner: local, group: 'y' },
  ]) {
    await store.changesAfter(0, { limit: 10, ...scope });
  }
  await store.claim(claimBy('one'));
  await store.claim({ ...claimBy('two'), expiredBefore: sampleTime });
  await store.claim({ ...claimBy('three'), except: [task.id] });
  await store.renew(['one'], sampleTime + 5000);
  await store.noteUnchanged({
    id: task.id,
    leaseOwner: 'one',
    revision: task.revision,
    askedAt: sampleTime,
    checks: 1,
    dueAt: sampleTime,
  });
  await store.change(task.id, () => quiet({ work: { nextAction: 'check', leaseOwner: null } }));
  await store.dueTimes('KIE');
  await store.spreadChecks('KIE', { now: sampleTime + 5, overMs: 10, random: 0.5 });
  await store.bringChecksForward('KIE', sampleTime, 10, 'x');
  await store.latestTime();
  await store.shiftPlans('KIE', 1000, Number.MAX_SAFE_INTEGER);
  await store.queuePosition(task);
  await store.reserveCreate('KIE', { now: sampleTime, windowMs: 10_000, max: 20 });
  await store.pauseCreates('KIE', sampleTime);
  await store.spending(local, '2026-01');
  await store.spendingReport(local, { from: sampleTime, before: sampleTime + 1000 });
  await store.indexSearch(new AbortController().signal);
  await store.page({ ...listOf(local), filter: { search: 'ring' } });
  await store.page({ ...listOf(local), owner: null, filter: { label: 'x' } });
  await store.countOpen(local);
  await store.taskCounts();
  await store.insertUpload({
    id: 'upload',
    owner: local,
    mediaKey: 'u.png',
    contentType: 'image/png',
    width: 1,
    height: 1,
    bytes: 5,
    createdAt: sampleTime,
    usedAt: sampleTime,
  });
  await store.uploadedBytes(local);
  await store.getUpload(local, 'upload');
  await store.useUpload(local, 'upload', sampleTime);
  await store.sweepUploads(sampleTime + 1);
  await store.media.oldestVideos({ storedBefore: sampleTime, after: null, limit: 10 });
  await store.media.oldestVideos({
    storedBefore: null,
    after: { mediaKey: 'a', at: 5 },
    limit: 10,
  });
  await store.media.use();
  await store.change(task.id, () => announced({ deletedAt: sampleTime }));
  await store.purgeDeleted(sampleTime + 1);
}

/** The steps of all statements of a server, each with its statement, and the names of all indexes. */
async function planEverything(): Promise<{ steps: { step: string; sql: string }[]; indexes: string[] }> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  using database = new DatabaseSync(file);
  const queries = new Set<string>();
  const db = kyselyOf<Database>(database, (event) => {
    if (event.level === 'query') queries.add(event.query.sql);
  });
  await using store = await openStore(db, {
    ...sqliteDifferences,
    transactions: (of) => {
      const run: Transact = (work) => of.transaction().execute(work);
      return { run, runSoon: run, runUnsynced: run, durable: async () => {}, settled: async () => {} };
    },
  });
  await useEverything(store);
  const planned = [...queries].filter((sql) => /^(select|update|delete|with|insert)/i.test(sql.trim()));
  const steps = planned.flatMap((sql) =>
    database
      .prepare(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => ({ step: String(detail), sql })),
  );
  const indexes = database
    .prepare("select name from sqlite_schema where type = 'index' and sql is not null order by name")
    .all()
    .map(({ name }) => String(name));
  return { steps, indexes };
}

test('no statement of a server passes over all rows of a table that grows with the tasks', async () => {
  const { steps } = await planEverything();
  expect(steps.length).toBeGreaterThan(100);
  const scans = steps
    .filter(({ step }) => growing.some((table) => new RegExp(`^SCAN ${table}\\b`).test(step)))
    .filter(({ step }) => !allowed.some((each) => each.test(step)));
  expect(scans).toEqual([]);
});

test('every index is read by a statement: each one makes every write dearer', async () => {
  const { steps, indexes } = await planEverything();
  expect(indexes.length).toBeGreaterThan(20);
  const isRead = (index: string) => steps.some(({ step }) => new RegExp(`INDEX ${index}\\b`).test(step));
  expect(indexes.filter((index) => !isRead(index))).toEqual([]);
});
