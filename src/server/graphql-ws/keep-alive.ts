import { Deadline } from '../../time/deadline.ts';
import { closeWaitMs, type Connection } from './connection.ts';

/** The time for pings in one iteration of the event loop, in milliseconds: a ping takes some 10 µs, and there may be 20,000. */
const sliceMs = 15;

/** What a ping needs of a connection. */
export type PingedConnection = Pick<Connection, 'isOpen' | 'isBehind' | 'alive'> & {
  readonly socket: Pick<Connection['socket'], 'ping'>;
};

/**
 * Pings every connection at an interval. A connection that did not answer the previous ping is reported, unless it is
 * behind with reading: then the ping waits after all that was sent before, and the limit for stalled readers applies.
 */
export class KeepAlive<Pinged extends PingedConnection> implements Disposable {
  readonly #intervalMs: number;
  readonly #connections: () => Iterable<Pinged>;
  readonly #onDead: (connection: Pinged, waitMs: number) => void;
  /** The next round, or the rest of this one. */
  #next: Deadline | NodeJS.Immediate;

  /** @param onDead called once for each round that a connection misses, until it is closed */
  constructor(
    intervalMs: number,
    connections: () => Iterable<Pinged>,
    onDead: (connection: Pinged, waitMs: number) => void,
  ) {
    this.#intervalMs = intervalMs;
    this.#connections = connections;
    this.#onDead = onDead;
    this.#next = this.#schedule();
  }

  /** Stops pinging. */
  [Symbol.dispose](): void {
    this.#next[Symbol.dispose]();
  }

  /** A `Deadline`: if the process was blocked, pongs that arrived by then are read before the round. */
  #schedule(): Deadline {
    return new Deadline(this.#intervalMs, () => this.#ping(this.#connections()[Symbol.iterator]()));
  }

  #ping(connections: Iterator<Pinged>): void {
    const until = performance.now() + sliceMs;
    for (let next = connections.next(); !next.done; next = connections.next()) {
      const connection = next.value;
      if (!connection.isOpen) continue;
      if (connection.alive || connection.isBehind) {
        connection.alive = false;
        connection.socket.ping();
      } else {
        this.#onDead(connection, closeWaitMs);
      }
      if (performance.now() < until) continue;
      this.#next = setImmediate(() => this.#ping(connections));
      return;
    }
    this.#next = this.#schedule();
  }
}
