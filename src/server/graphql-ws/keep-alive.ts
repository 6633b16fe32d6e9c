import { Deadline } from '../../time/deadline.ts';
import { closeWaitMs, type Connection } from './connection.ts';

/**
 * Pings every connection at an interval. A connection that did not answer the previous ping is reported, unless it is
 * behind with reading: then the ping waits after all that was sent before, and the limit for stalled readers applies.
 */
export class KeepAlive implements Disposable {
  readonly #intervalMs: number;
  readonly #connections: () => Iterable<Connection>;
  readonly #onDead: (connection: Connection, waitMs: number) => void;
  #next: Deadline;

  /** @param onDead called once for each round that a connection misses, until it is closed */
  constructor(
    intervalMs: number,
    connections: () => Iterable<Connection>,
    onDead: (connection: Connection, waitMs: number) => void,
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
    return new Deadline(this.#intervalMs, () => {
      this.#ping();
      this.#next = this.#schedule();
    });
  }

  #ping(): void {
    for (const connection of this.#connections()) {
      if (!connection.isOpen) continue;
      if (connection.alive || connection.isBehind) {
        connection.alive = false;
        connection.socket.ping();
      } else {
        this.#onDead(connection, closeWaitMs);
      }
    }
  }
}
