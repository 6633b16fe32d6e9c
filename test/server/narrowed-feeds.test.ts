import { describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { overEventStream, overWebSocket, type PushClient } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

const feed = `subscription ($filter: TaskFeedFilter, $after: String, $id: ID) {
  taskStatusChanged(filter: $filter, after: $after, id: $id) { label group stage providerStatus deletedAt revision }
}`;

const seen = ({ results }: PushClient) =>
  results.map(({ data }) => {
    const { label, group, stage } = data?.taskStatusChanged ?? {};
    return [label, group, stage];
  });

describe.each([
  ['graphql-transport-ws', overWebSocket],
  ['server-sent events', overEventStream],
])('a feed with a filter over %s', (_name, subscribe) => {
  it('delivers the unfinished tasks that the filter lets pass, then their changes, and no others', async () => {
    await using server = await startPushServer();
    const one = await server.generate(await server.create({ label: 'SKU-1', group: 'a' }));
    const two = await server.generate(await server.create({ label: 'SKU-2', group: 'a' }));
    const three = await server.generate(await server.create({ label: 'SKU-1', group: 'b' }));
    const four = await server.generate(await server.create());
    await using group = await subscribe(server.url, feed, { filter: { group: 'a' } });
    await using label = await subscribe(server.url, feed, { filter: { label: 'SKU-1', group: null } });
    await using both = await subscribe(server.url, feed, { filter: { label: 'SKU-1', group: 'b' } });
    await using all = await subscribe(server.url, feed, { filter: {} });
    await group.take(2);
    await label.take(2);
    await both.take(1);
    await all.take(4);
    for (const task of [one, two, three, four]) await server.complete(task);
    await all.take(8);
    await group.take(4);
    await label.take(4);
    await both.take(2);
    const [first, second, third] = [
      ['SKU-1', 'a'],
      ['SKU-2', 'a'],
      ['SKU-1', 'b'],
    ];
    const states = (...tasks: (string[] | undefined)[]) => [
      ...tasks.map((task) => [...(task ?? []), 'GENERATING']),
      ...tasks.map((task) => [...(task ?? []), 'COMPLETED']),
    ];
    expect([seen(group), seen(label), seen(both)]).toEqual([
      states(first, second),
      states(first, third),
      states(third),
    ]);
    expect(all.results).toHaveLength(8);
  });

  it('continues after a revision with what changed since, deleted tasks included, and shares one render', async () => {
    await using server = await startPushServer();
    const [gone, kept, other] = await Promise.all(
      ['g', 'g', 'h'].map(async (group) => server.generate(await server.create({ group }))),
    );
    if (gone === undefined || kept === undefined || other === undefined) throw new Error('Three are made');
    const after = server.store.formatRevision(await server.store.lastRevision());
    await server.complete(gone);
    await server.record(gone, { kind: 'deleted' });
    await server.touch(other, 'not for this feed');
    await server.touch(kept, 'since');
    const clients = await Promise.all(
      Array.from({ length: 3 }, () => subscribe(server.url, feed, { filter: { group: 'g' }, after })),
    );
    for (const client of clients) {
      await client.take(2);
      expect(client.results.map(({ data }) => data?.taskStatusChanged)).toEqual([
        expect.objectContaining({ group: 'g', deletedAt: expect.any(String) as unknown }),
        expect.objectContaining({ group: 'g', providerStatus: 'since', deletedAt: null }),
      ]);
    }
    // Equal subscriptions are one listener.
    expect(server.listeners()).toBe(1);
    for (const client of clients) await client[Symbol.asyncDispose]();
    await waitFor('no listener', server.listeners, (count) => count === 0);
  });

  it.each<[string, object]>([
    ['an id', { filter: { group: 'g' } }],
    ['an id and an empty filter', { filter: {} }],
  ])('is refused with %s', async (_what, variables) => {
    await using server = await startPushServer();
    const { id } = await server.create();
    await using client = await subscribe(server.url, feed, { ...variables, id: toGlobalId(id) });
    await client.end();
    expect(client.results).toMatchObject([{ errors: [{ extensions: { code: 'BAD_INPUT' } }] }]);
  });

  it.each([{ group: 'x'.repeat(65) }, { label: 'x'.repeat(201) }, { label: 'a\0b' }, { group: '\ud800' }])(
    'is refused for a filter that no task can match: %j',
    async (filter) => {
      await using server = await startPushServer();
      await using client = await subscribe(server.url, feed, { filter });
      await client.end();
      expect(client.results).toMatchObject([{ errors: [{ extensions: { code: 'BAD_INPUT' } }] }]);
    },
  );
});
