import { expect, test } from 'vitest';
import { countDatabaseWork, type DatabaseWork } from '../support/count-database-work.ts';
import { generateAt, startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const prompt = 'A ring turns on black velvet';

/** Tasks at once, from `generateVideo` until all are completed. */
async function live(app: TestApp, tasks: number): Promise<void> {
  await Promise.all(Array.from({ length: tasks }, () => generateAt(app.url, { prompt })));
  const open = async () =>
    (await app.query<{ viewer: { openTasks: number } }>('{ viewer { openTasks } }')).viewer.openTasks;
  await waitFor('the end of all tasks', open, (count) => count === 0);
}

/** The question by which this test waits. */
const ours = /^select "count" from "open_tasks"/;

/** The work of some tasks, after a life in which everything was opened and prepared. */
async function workOf(tasks: number): Promise<DatabaseWork> {
  await using app = await startTestApp({ KIE_CREATES_PER_10S: '0', KIE_POLL_INTERVAL_MS: '1000' });
  await live(app, 1);
  using work = countDatabaseWork(ours);
  await live(app, tasks);
  return work.counts();
}

// The bounds leave room for a few more iterations of the worker, by the chance of the clock: each makes two reads.
test('the life of a task takes 80 statements, of which five commits wait for the disk', async () => {
  const { statements, transactions, syncedCommits } = await workOf(1);
  expect({ statements, transactions, syncedCommits }).toSatisfy(
    () => statements <= 100 && transactions <= 8 && syncedCommits <= 5,
  );
});

test('tasks at once share transactions, and the reads of the worker', async () => {
  const tasks = 40;
  const { statements, syncedCommits } = await workOf(tasks);
  expect({ statements: statements / tasks, syncedCommits: syncedCommits / tasks }).toSatisfy(
    (each: { readonly statements: number; readonly syncedCommits: number }) =>
      each.statements <= 75 && each.syncedCommits <= 3,
  );
});
