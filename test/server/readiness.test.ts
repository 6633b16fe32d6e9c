import { expect, it } from 'vitest';
import { sampleTask } from '../support/sample-task.ts';
import { startPushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

it('a server whose subscribers wait, because changes cannot be read, is not ready', async () => {
  await using server = await startPushServer();
  const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
  expect(await readyz()).toBe(200);
  const { id } = await server.create();
  // Two changes in one, of which the first is read from the database; it has a number that no read can give back.
  const unreadable = { patch: { work: { checks: 2 ** 60 }, hint: 'new' }, announces: true, transition: null };
  const conditions = { limitUsd: null, replaces: { id, decide: () => unreadable } };
  expect((await server.store.insert(sampleTask({ dueAt: null }), null, conditions)).kind).toBe('inserted');
  await waitFor('a refusal', readyz, (status) => status === 503);
});
