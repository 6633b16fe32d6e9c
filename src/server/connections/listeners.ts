import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Node takes one new connection per listener in an iteration of the event loop: of one listener, the last of 200 clients
 * that connect at once to a server whose iterations take 10 ms waits for two seconds. The system shares new connections
 * out to the listeners of a port.
 */
const listenersOfPort = 16;

/** The listeners of a port, whose connections are all those of one HTTP server. */
export class Listeners {
  readonly #http: HttpServer;
  #others: Server[] = [];

  constructor(http: HttpServer) {
    this.#http = http;
  }

  /**
   * Resolves when the port is open.
   *
   * @param port 0: any free one
   * @throws what `listen` of Node reports, with nothing left open
   */
  async open(host: string, port: number): Promise<void> {
    // Listeners that share a port would also share it with another process of this user.
    if (port !== 0) await checkFree(host, port);
    try {
      await listening(this.#http, host, port, true);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      await listening(this.#http, host, port, false);
      return;
    }
    const { address, port: opened } = this.#http.address() as AddressInfo;
    for (let count = 1; count < listenersOfPort; count += 1) {
      // As `node:http` makes its own.
      const other = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
        this.#http.emit('connection', socket);
      });
      this.#others.push(other);
      await listening(other, address, opened, true);
    }
  }

  /** Takes no new connections; resolves when the last one is closed. */
  async close(): Promise<void> {
    await Promise.all(
      [this.#http, ...this.#others].map(
        (server) => new Promise<void>((resolve) => void server.close(() => resolve())),
      ),
    );
  }
}

async function checkFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await listening(probe, host, port, false);
  const closed = once(probe, 'close');
  probe.close();
  await closed;
}

/** Elsewhere than on Linux and some BSDs, a port has one listener. */
const isUnsupported = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTSUP' || error.code === 'EINVAL');

function listening(
  server: Server | HttpServer,
  host: string,
  port: number,
  reusePort: boolean,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(error);
    server.once('error', fail);
    server.listen({ host, port, reusePort }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
