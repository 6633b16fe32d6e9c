import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPushServer } from '../support/push-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

const query = `subscription ($after: String) {
  taskStatusChanged(after: $after) { label stage providerStatus revision }
}`;

interface Seen {
  readonly label: string | null;
  readonly stage: string;
  readonly providerStatus: string | null;
  readonly revision: string;
}

/** A client of the field that goes on from the last revision after each interruption. */
interface Follower extends AsyncDisposable {
  readonly seen: Seen[];
}

type Follow = (url: string) => Follower;

interface Client {
  subscribe(
    payload: { query: string; variables: Record<string, unknown> },
    sink: { next(result: { data?: unknown }): void; error(error: unknown): void; complete(): void },
  ): () => void;
  dispose(): unknown;
}

/** What an application does around either client: resubscribe `after` what it has. */
function follow(client: Client): Follower {
  const seen: Seen[] = [];
  let stopped = false;
  let stop: (() => void) | undefined;
  const again = () => {
    if (stopped) return;
    const after = seen.at(-1)?.revision ?? null;
    stop = client.subscribe(
      { query, variables: { after } },
      {
        next: ({ data }) => seen.push((data as { taskStatusChanged: Seen }).taskStatusChanged),
        error: () => void setTimeout(again, 20),
        complete: () => void setTimeout(again, 20),
      },
    );
  };
  again();
  return {
    seen,
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      stop?.();
      await client.dispose();
    },
  };
}

const overGraphqlWs: Follow = (url) =>
  follow(
    createWsClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      keepAlive: 100,
      // The client finds a half-open connection by its own ping.
      on: {
        ping: (received) => {
          if (!received) armed = setTimeout(() => socket?.terminate(), 200);
        },
        pong: (received) => {
          if (received) clearTimeout(armed);
        },
        opened: (opened) => {
          socket = opened as WebSocket;
        },
        closed: () => clearTimeout(armed),
      },
    }),
  );
let socket: WebSocket | undefined;
let armed: NodeJS.Timeout | undefined;

const overGraphqlSse: Follow = (url) => follow(createSseClient({ url: `${url}/graphql`, retryAttempts: 0 }));

describe.each([
  ['graphql-ws', overGraphqlWs],
  ['graphql-sse', overGraphqlSse],
])('the %s client through a bad wire', (_name, open) => {
  it('misses nothing and sees nothing twice over cuts', async () => {
    await using server = await startPushServer();
    await using proxy = await startTcpProxy(server.url);
    proxy.delay(3);
    const task = await server.generate(await server.create({ label: 'kept' }));
    await using follower = open(proxy.url);
    await waitFor('the present state', () => follower.seen.length);
    for (let round = 0; round < 5; round += 1) {
      const other = await server.generate(await server.create({ label: `other ${round}` }));
      proxy.cut();
      await server.touch(task, `cut ${round}`);
      await server.complete(other);
      await waitFor(
        'both ends of the round',
        () => follower.seen,
        (seen) =>
          seen.some(({ providerStatus }) => providerStatus === `cut ${round}`) &&
          seen.some(({ label, stage }) => label === `other ${round}` && stage === 'COMPLETED'),
      );
    }
    await server.complete(task);
    await waitFor(
      'the last end',
      () => follower.seen,
      (seen) => seen.some(({ label, stage }) => label === 'kept' && stage === 'COMPLETED'),
    );
    const revisions = follower.seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted());
    expect(proxy.connections()).toBeGreaterThan(5);
  });
});

// An event stream has no way back, so only a socket can distinguish a half-open wire from a quiet one.
describe('a connection that is half-open on the way', () => {
  it('is found by the client, which goes on without a gap', async () => {
    await using server = await startPushServer();
    await using proxy = await startTcpProxy(server.url);
    const task = await server.generate(await server.create());
    await using follower = overGraphqlWs(proxy.url);
    await waitFor('the present state', () => follower.seen.length);
    proxy.halfOpen();
    await server.touch(task, 'into the void');
    await server.complete(task);
    await waitFor('the end', () => follower.seen.some(({ stage }) => stage === 'COMPLETED'));
    const revisions = follower.seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted());
    expect(proxy.connections()).toBe(2);
  });

  it('is found by the server, and leaves no listener', async () => {
    await using server = await startPushServer({ LIMIT_PING_MS: '100' });
    await using proxy = await startTcpProxy(server.url);
    await using follower = overGraphqlWs(proxy.url);
    await server.create();
    await waitFor('the present state', () => follower.seen.length);
    expect(server.listeners()).toBe(1);
    proxy.halfOpen();
    await waitFor('no listeners', server.listeners, (count) => count === 0);
  });
});
