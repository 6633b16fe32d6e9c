import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** The connections that servers of this process accepted since it was made, seen from the servers' side. */
export class ServerConnections implements Disposable {
  readonly #sockets: Socket[] = [];
  readonly #onSocket = (message: unknown): void => {
    this.#sockets.push((message as { socket: Socket }).socket);
  };

  constructor() {
    subscribe('net.server.socket', this.#onSocket);
  }

  /** Those that are open at a server. */
  openAt(url: string): Socket[] {
    const port = Number(new URL(url).port);
    return this.#sockets.filter((socket) => !socket.destroyed && socket.localPort === port);
  }

  /** Bytes that wait to be read from a server. */
  unreadAt(url: string): number {
    return this.openAt(url).reduce((sum, { writableLength }) => sum + writableLength, 0);
  }

  [Symbol.dispose](): void {
    unsubscribe('net.server.socket', this.#onSocket);
  }
}
