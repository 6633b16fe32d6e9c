import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { countDatabaseWork } from '../support/count-database-work.ts';
import { local, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { turnsDuring } from '../support/turns-during.ts';

const bookings = 50_000;
const days = 10;
const dayMs = 86_400_000;

// Each booking was a row before: a year of a million took ten seconds of CPU.
test('a report of many bookings reads their sums by day, model and label, and lets others work while it runs', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  const from = Math.floor(sampleTime / dayMs) * dayMs;
  {
    using database = new DatabaseSync(file);
    database.exec(`
      insert into ledger (task_id, owner, provider, model, month, at, micros, credits, settled, label)
      with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${bookings})
      select 't' || i || case when i % 100 = 99 then ' second' else '' end, '${local}', 'KIE', 'model ' || (i % 2), '2026-01',
        ${from} + i * ${(days * dayMs) / bookings}, 1000000, 1, i % 1000 > 0, case when i % 2 = 0 then 'A' end from n`);
  }
  await using store = await openSqliteStore(file);
  using work = countDatabaseWork(/^pragma/);
  const { value, turns } = await turnsDuring(() =>
    store.spendingReport(local, { from, before: from + days * dayMs }),
  );
  expect(value).toMatchObject({
    total: { usd: bookings, settled: false, tasks: bookings - bookings / 100 },
    byModel: [
      { model: 'model 0', usd: bookings / 2, settled: false, tasks: bookings / 2 },
      { model: 'model 1', usd: bookings / 2, settled: true, tasks: bookings / 2 - bookings / 100 },
    ],
    byLabel: [{ label: 'A' }, { label: null }],
  });
  expect(value.byDay.map(({ tasks }) => tasks)).toEqual(Array.from({ length: days }, () => 4950));
  expect(work.counts().rows).toBeLessThan(200);
  expect(turns).toBeGreaterThan(1);
});
