import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startPushServer } from '../support/push-server.ts';

describe('clients that connect at the same time', () => {
  it('are let in many at a time: nobody waits for an iteration of the event loop for each', async () => {
    await using server = await startPushServer();
    const { hostname, port } = new URL(server.url);
    const sockets = Array.from({ length: 200 }, () => connect(Number(port), hostname));
    let iterations = 0;
    const turn = () => {
      iterations += 1;
      counting = setImmediate(turn);
    };
    let counting = setImmediate(turn);
    const answers = sockets.map(async (socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      return chunk.toString('latin1', 0, 15);
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 200 OK']));
    clearImmediate(counting);
    for (const socket of sockets) socket.destroy();
    expect(iterations).toBeLessThan(150);
  });

  it('leave a port that is in use to the process that has it', async () => {
    await using server = await startPushServer();
    await expect(startPushServer({ PORT: new URL(server.url).port })).rejects.toThrow('EADDRINUSE');
  });
});
