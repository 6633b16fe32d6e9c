import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Deadline } from '../../time/deadline.ts';

/** The time in which a request may still arrive on a connection whose idle time is over, in milliseconds. */
const lastChanceMs = 100;

/**
 * Closes kept-alive connections when their idle time is over, unless a request has arrived by then: after the process
 * was blocked, Node would close the connection before it reads the request, and the client would see a reset.
 *
 * @param onClose called before a connection is closed; what waits for a client that does not read is still there
 */
export function closeIdle(server: Server, onClose: (socket: Socket) => void): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead, writableLength } = socket;
    const deadline = new Deadline(lastChanceMs, () => {
      socket.off('close', stop);
      // A request that arrived has its own limits, and a client that reads is not idle.
      const isIdle = socket.bytesRead === bytesRead && socket.writableLength >= writableLength;
      if (!isIdle) return;
      onClose(socket);
      socket.destroy();
    });
    const stop = () => deadline[Symbol.dispose]();
    socket.once('close', stop);
  });
}
