import { expect, it } from 'vitest';
import { startPushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

it('a server whose subscribers wait, because changes cannot be read, is not ready', async () => {
  await using server = await startPushServer();
  const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
  expect(await readyz()).toBe(200);
  const { id } = await server.create();
  // A number that no read can give back.
  await server.store.change(id, () => ({
    patch: { work: { checks: 2 ** 60 }, hint: 'new' },
    announces: true,
    transition: null,
  }));
  await waitFor('a refusal', readyz, (status) => status === 503);
});
