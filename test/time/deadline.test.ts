import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { closeIdle } from '../../src/server/connections/close-idle.ts';
import { Deadline, DeadlineSignal } from '../../src/time/deadline.ts';

/** Holds the event loop, as a long computation does. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a deadline', () => {
  it('passes once, in its time, and not after it was ended', async () => {
    const passed: string[] = [];
    using ended = new Deadline(1, () => passed.push('ended'));
    ended[Symbol.dispose]();
    using signal = new DeadlineSignal(5);
    await once(signal.signal, 'abort');
    expect(signal.hasPassed).toBe(true);
    expect(signal.signal.reason).toMatchObject({ name: 'TimeoutError' });
    await new Promise<void>((resolve) => {
      const last = new Deadline(5, resolve);
      expect(last).toBeInstanceOf(Deadline);
    });
    expect(passed).toEqual([]);
  });

  it('lets data that had arrived be read first when the process was blocked', async () => {
    await using server = createServer((_request, response) => response.end('read'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const order: string[] = [];
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const passed = Promise.withResolvers<void>();
    const answered = once(socket, 'data').then(() => order.push('read'));
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    using deadline = new Deadline(20, () => {
      order.push('passed');
      passed.resolve();
    });
    standStill(150);
    await Promise.all([answered, passed.promise]);
    expect(order).toEqual(['read', 'passed']);
    deadline[Symbol.dispose]();
  });
});

describe('an idle connection', () => {
  it('whose request arrived while the process was blocked is answered; one that stays idle is closed', async () => {
    const server = createServer((_request, response) => response.end('ok'));
    server.keepAliveTimeout = 50;
    server.keepAliveTimeoutBuffer = 0;
    closeIdle(server, () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    const [asking, silent] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    const seen = { answers: 0, error: null as string | null };
    asking.on('data', () => (seen.answers += 1));
    asking.on('error', (error) => (seen.error = error.message));
    for (const socket of [asking, silent]) {
      socket.write(request);
      await once(socket, 'data');
    }
    // It lies in the server's socket before the idle time is over, and is read after that.
    asking.write(request);
    standStill(200);
    await once(asking, 'data');
    const closed = once(silent, 'close');
    silent.resume();
    await closed;
    expect(seen).toEqual({ answers: 2, error: null });
    asking.destroy();
    server.close();
  });
});
