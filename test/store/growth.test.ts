import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { cpuMs } from '../support/watch-loop.ts';

const claim = {
  provider: 'KIE',
  now: sampleTime,
  limit: 1,
  leaseOwner: 'w',
  leaseUntil: sampleTime + 1,
} as const;

/** Copies the one task that is there, as `columns` say, so many times. */
function multiply(file: string, count: number, columns: Readonly<Record<string, string>>): void {
  using database = new DatabaseSync(file);
  const names = (database.prepare('pragma table_info(tasks)').all() as { name: string }[]).map(
    ({ name }) => name,
  );
  const values = names.map((name) => columns[name] ?? name);
  database.exec(
    `insert into tasks (${names.join()}) with recursive n(i) as (select 2 union all select i + 1 from n where i <= ${count})
     select ${values.join()} from n, (select * from tasks limit 1)`,
  );
  database.exec(`update revision_counter set value = ${count + 2}`);
}

/** The least CPU time of several runs, in milliseconds. */
async function leastCpuMs(run: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 15; count += 1) {
    const begin = cpuMs();
    await run();
    least = Math.min(least, cpuMs() - begin);
  }
  return least;
}

/** The costs of the two queries of each iteration, with one task and its copies. */
async function costs(count: number, columns: Readonly<Record<string, string>>) {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  {
    await using store = await openSqliteStore(file);
    await store.insert(sampleTask(), null);
  }
  multiply(file, count, { ...unique, ...columns });
  await using store = await openSqliteStore(file);
  return {
    dueTimes: await leastCpuMs(() => store.dueTimes('KIE')),
    claim: await leastCpuMs(() => store.claim(claim)),
  };
}

const unique = { id: `'t' || i`, callback_token: `'c' || i`, number: 'i', revision: 'i' };

it.each([
  ['100,000 tasks of one owner that wait for their time', 100_000, { due_at: `${sampleTime} + i` }],
  ['100,000 due tasks of one owner', 100_000, { due_at: `${sampleTime} - i` }],
  ['20,000 owners with due tasks', 20_000, { owner: `'o' || i`, due_at: `${sampleTime} - i` }],
  ['20,000 owners with tasks for later', 20_000, { owner: `'o' || i`, due_at: `${sampleTime} + i` }],
  [
    '100,000 due checks of 10,000 owners',
    100_000,
    {
      owner: `'o' || (i % 10000)`,
      stage: `'GENERATING'`,
      next_action: `'check'`,
      due_at: `${sampleTime} - i`,
    },
  ],
])('a claim and the due times cost the same with %s', async (_what, count, columns) => {
  const few = await costs(100, columns);
  const many = await costs(count, columns);
  // A scan of as many rows takes a hundred times as long and more.
  expect(many.dueTimes).toBeLessThan(5 * few.dueTimes + 3);
  expect(many.claim).toBeLessThan(5 * few.claim + 3);
});
