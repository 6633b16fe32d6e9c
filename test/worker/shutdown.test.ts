import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Caller } from '../support/kie-app.ts';
import { pointedAt, startServer, startSimulatorProcess, statsOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

it('a stop lets the paid request of one provider end, and gives no other provider new work while it waits', async () => {
  await using folder = await temporaryFolder();
  await using kie = await startSimulatorProcess();
  await using server = await startServer({ ...pointedAt(kie, folder.path), PROVIDERS: 'kie,simulator' });
  const caller = new Caller(server.url);
  // Due again while the other provider's request is under way.
  const later = await caller.make('fox [sim:create-http=429] [sim:retry-after=2] [sim:times=1]');
  await waitFor(
    'the refusal',
    async () => (await caller.task(later.id))?.history.length,
    (steps) => steps === 3,
  );
  const slow = await caller.make('owl [sim:create-late=4000]', { provider: 'SIMULATOR' });
  await caller.untilStage(slow.id, 'SUBMITTING');
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect((await statsOf(kie)).createsReceived).toBe(1);
  await using store = await openSqliteStore(`${folder.path}/reelay.db`);
  const tasks = await store.changesAfter(0, { limit: 9 });
  expect(Object.fromEntries(tasks.map(({ spec: { prompt }, stage }) => [prompt.slice(0, 3), stage]))).toEqual(
    {
      fox: 'WAITING',
      owl: 'GENERATING',
    },
  );
});
