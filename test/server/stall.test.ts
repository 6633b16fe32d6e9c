import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Caller } from '../support/kie-app.ts';
import { pointedAt, startServer, startSimulatorProcess, statsOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** Longer than the time limit of a request, a lease, and a round of pings together. */
const stallMs = 2500;

it('a process that was blocked cuts nothing: paid requests, leases and sockets continue', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const simulator = stack.use(await startSimulatorProcess('--duration-ms', '200'));
  const server = stack.use(
    await startServer({
      ...pointedAt(simulator, folder.path),
      PROVIDER_TIMEOUT_MS: '1200',
      LEASE_MS: '600',
      LIMIT_PING_MS: '500',
    }),
  );
  const sockets = Array.from({ length: 20 }, () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    return socket;
  });
  stack.defer(() => {
    for (const socket of sockets) socket.terminate();
  });
  const closes: string[] = [];
  let acknowledged = 0;
  let pings = 0;
  for (const socket of sockets) {
    socket.on('message', () => (acknowledged += 1));
    socket.on('ping', () => (pings += 1));
    socket.on('close', (code, reason) => closes.push(`${code} ${reason.toString()}`));
    socket.on('error', (error) => closes.push(error.message));
  }
  await waitFor('the sockets', () => acknowledged === sockets.length && pings > 0);

  const caller = new Caller(server.url);
  const { id } = await caller.make('fox [sim:create-late=500]');
  await waitFor('the paid request', async () => (await statsOf(simulator)).createsReceived === 1);
  process.kill(server.pid, 'SIGSTOP');
  await new Promise((resolve) => {
    setTimeout(resolve, stallMs);
  });
  const before = pings;
  process.kill(server.pid, 'SIGCONT');

  const done = await caller.untilStage(id, 'COMPLETED');
  expect(done.history.map(({ stage }) => stage)).toEqual([
    'WAITING',
    'SUBMITTING',
    'GENERATING',
    'COMPLETED',
  ]);
  expect((await statsOf(simulator)).createsReceived).toBe(1);
  await waitFor('two rounds of pings', () => pings >= before + 2 * sockets.length);
  expect(closes).toEqual([]);
});
