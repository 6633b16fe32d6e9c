import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KeepAlive } from '../../src/server/graphql-ws/keep-alive.ts';

/** Holds the event loop, as a ping of a socket does for a shorter time. */
function hold(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('lets other work in between the pings of many connections, and misses none of them', async () => {
  let pings = 0;
  const rounds: number[] = [];
  const connections = Array.from({ length: 100 }, () => {
    const connection = {
      isOpen: true,
      isBehind: false,
      alive: true,
      socket: {
        ping: () => {
          pings += 1;
          hold(1);
          // Its pong.
          connection.alive = true;
        },
      },
    };
    return connection;
  });
  const dead: unknown[] = [];
  const nextRound = () => {
    rounds.push(pings);
    return connections.values();
  };
  using stack = new DisposableStack();
  stack.use(new KeepAlive(10, nextRound, (connection) => void dead.push(connection)));
  const between = new Set<number>();
  while (rounds.length < 3) {
    between.add(pings);
    await setImmediate();
  }
  expect(rounds).toEqual([0, 100, 200]);
  expect(dead).toEqual([]);
  // Each was seen by this loop in the middle of a round.
  expect([...between].filter((count) => count % 100 !== 0).length).toBeGreaterThan(2);
});
