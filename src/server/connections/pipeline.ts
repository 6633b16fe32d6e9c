import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that are worked on before an earlier one of it is answered. */
const workedOnAtOnce = 16;

/**
 * Requests that a client sends before it has read the responses to earlier ones. A few are worked on, the others wait in
 * order, and nothing more is read from the connection until none waits: a connection therefore costs the memory of a
 * few requests, and the requests of one read.
 */
export class Pipeline {
  readonly #socket: Socket;
  #running = 0;
  #waiting: { readonly response: ServerResponse; readonly start: () => void }[] = [];
  /** Node resumes the socket at the end of each request. */
  readonly #stayPaused = (): void => {
    this.#socket.pause();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Takes a request whose response waits for an earlier one.
   *
   * @param start begins to work on it; called at most once, now or later
   */
  add(response: ServerResponse, start: () => void): void {
    if (this.#running < workedOnAtOnce) {
      this.#start(response, start);
      return;
    }
    this.#waiting.push({ response, start });
    if (this.#waiting.length > 1) return;
    this.#socket.on('resume', this.#stayPaused);
    this.#socket.pause();
  }

  #start(response: ServerResponse, start: () => void): void {
    this.#running += 1;
    // Emitted when the earlier responses are written.
    response.once('socket', () => {
      this.#running -= 1;
      this.#startNext();
    });
    start();
  }

  #startNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined || this.#socket.destroyed) return;
    if (this.#waiting.length === 0) {
      this.#socket.off('resume', this.#stayPaused);
      this.#socket.resume();
    }
    this.#start(next.response, next.start);
  }
}
