import { expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { overEventStream, overWebSocket } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

const all = 'subscription { taskStatusChanged { id providerStatus } }';

it.each([
  ['a WebSocket', overWebSocket],
  ['an event stream', overEventStream],
])('a feed over %s that begins while tasks change misses none of their states', async (_name, subscribe) => {
  await using server = await startPushServer();
  const tasks = await Promise.all(
    Array.from({ length: 200 }, () => server.create({ stage: 'GENERATING', providerTaskId: null })),
  );
  for (let round = 0; round < 3; round += 1) {
    const opened = Promise.all(Array.from({ length: 3 }, () => subscribe(server.url, all)));
    for (const task of tasks) await server.touch(task, `round ${round}`);
    const feeds = await opened;
    for (const feed of feeds) {
      const behind = await waitFor(
        'the newest states',
        () => {
          const newest = new Map(
            feed.results.map(({ data }) => [data?.taskStatusChanged['id'], data?.taskStatusChanged]),
          );
          return tasks
            .map(({ id }) => id)
            .filter((id) => newest.get(toGlobalId(id))?.['providerStatus'] !== `round ${round}`);
        },
        ({ length }) => length === 0,
      );
      expect(behind).toEqual([]);
      await feed[Symbol.asyncDispose]();
    }
  }
});
