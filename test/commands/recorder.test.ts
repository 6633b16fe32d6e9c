import { join } from 'node:path';
import { pino } from 'pino';
import { expect, expectTypeOf, test } from 'vitest';
import type { Commands } from '../../src/commands/command-context.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import type { Owner } from '../../src/domain/video-task.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const other = 'key:other' as Owner;

test('an event of a command changes a task of its owner alone, and none that is deleted', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
  const recorder = new Recorder(
    store,
    pino({ level: 'silent' }),
    () => sampleTime,
    new Metrics(pino({ level: 'silent' })),
  );
  const { id } = sampleTask();
  await store.insert(sampleTask({ id }), null);
  const before = await store.get(id);
  const canceled = { kind: 'canceled', hint: null } as const;
  expect(await recorder.recordOwn(other, id, canceled)).toBeNull();
  await recorder.rescheduleOwn(other, id, () => ({ dueAt: 1 }));
  expect(await store.get(id)).toEqual(before);
  await recorder.rescheduleOwn(local, id, () => ({ dueAt: 1 }));
  expect(await recorder.recordOwn(local, id, canceled)).toMatchObject({
    stage: 'CANCELED',
    work: { dueAt: 1 },
  });
  expect(await recorder.recordOwn(local, id, { kind: 'deleted' })).toMatchObject({ deletedAt: sampleTime });
  const deleted = await store.get(id);
  expect(
    await recorder.recordOwn(local, id, { kind: 'costTold', cost: { amount: 1, credits: 1, settled: true } }),
  ).toBeNull();
  await recorder.rescheduleOwn(local, id, () => ({ dueAt: 2 }));
  expect(await store.get(id)).toEqual(deleted);
});

test('a command that names no owner does not compile', () => {
  // Checked by the compiler.
  expectTypeOf<Commands['recorder']>().not.toHaveProperty('record');
  expectTypeOf<Commands['recorder']>().not.toHaveProperty('reschedule');
  expectTypeOf<Commands['store']>().not.toHaveProperty('change');
  expectTypeOf<Commands['store']>().not.toHaveProperty('get');
});
