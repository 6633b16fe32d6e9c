import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { sampleTime } from '../support/sample-task.ts';
import { overEventStream, overWebSocket } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { queryAt } from '../support/start-app.ts';
import { watchLoop } from '../support/watch-loop.ts';

const waiting = 4000;

async function startWithQueue() {
  return startPushServer({}, undefined, async (file) => {
    await (await openSqliteStore(file))[Symbol.asyncDispose]();
    seedTasks(file, waiting, (index) => ({ dueAt: sampleTime + index }));
  });
}

const positions = 'subscription { taskStatusChanged { progress { queuePosition } } }';

it.each([
  ['graphql-transport-ws', overWebSocket],
  ['server-sent events', overEventStream],
])(
  'a feed with the positions of 4,000 waiting tasks lets others be served, over %s',
  async (_name, subscribe) => {
    await using server = await startWithQueue();
    using loop = watchLoop();
    await using feed = await subscribe(server.url, positions);
    await feed.take(waiting);
    // Generous: it takes 0.2 s in all, where each position by itself took 1.5 ms.
    expect(loop.longestMs()).toBeLessThan(1000);
    expect(feed.results).toEqual(
      Array.from({ length: waiting }, (_, queuePosition) => ({
        data: { taskStatusChanged: { progress: { queuePosition } } },
      })),
    );
  },
);

it('a page has the position of each of its tasks', async () => {
  await using server = await startWithQueue();
  const { videoTasks } = await queryAt<{
    videoTasks: { edges: { node: { progress: { queuePosition: number } } }[] };
  }>(server.url, '{ videoTasks(first: 200) { edges { node { progress { queuePosition } } } } }');
  expect(videoTasks.edges.map(({ node }) => node.progress.queuePosition)).toEqual(
    Array.from({ length: 200 }, (_, index) => waiting - 1 - index),
  );
});
