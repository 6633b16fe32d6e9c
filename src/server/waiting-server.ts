import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlOfListener } from '../settings/addresses/loopback.ts';
import { respondJson } from './http/respond.ts';

/** The pause that clients are asked to make, in seconds. */
const retryAfterSeconds = 1;

/**
 * The port of a server whose database cannot be used yet: alive, not ready, and every request is refused for now. Must be
 * closed before the server itself listens.
 */
export class WaitingServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #host: string;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /**
   * Resolves when the port is open; rejects when it cannot be.
   *
   * @param reason why the server is not ready, for whoever may ask: no address, no name
   */
  static async listen(host: string, port: number, reason: () => string): Promise<WaitingServer> {
    const server = createServer((request, response) => {
      // The server itself follows on the same port, with connections of its own.
      response.setHeader('Connection', 'close');
      if (request.url === '/healthz') {
        respondJson(response, 200, { status: 'ok' });
        return;
      }
      response.setHeader('Retry-After', retryAfterSeconds);
      respondJson(
        response,
        503,
        request.url === '/readyz'
          ? { status: 'not ready', reason: reason() }
          : { error: 'The database of this server cannot be used yet. Try again shortly.' },
      );
    });
    server.listen(port, host);
    await once(server, 'listening');
    return new WaitingServer(server, host);
  }

  /** The open port, also where any free one was asked for. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address for clients on this machine. */
  get url(): string {
    return urlOfListener(this.#host, this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
