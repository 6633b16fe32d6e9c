import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ignoreRest } from './ignore-rest.ts';

/** Requests of one connection that are worked on before an earlier one of it is answered. */
const workedOnAtOnce = 16;
/** Requests that wait behind them; one read of a connection may bring two thousand. */
const mostWaiting = 112;
/** The same while many wait on all connections together. */
const fewWaiting = 4;
/** Above this many, the connections of one iteration of the event loop would hold it for too long. */
const manyWait = 3000;

/** What the connections of a server share: the number of requests that wait. */
export interface PipelinedRequests {
  waiting: number;
}

/**
 * Requests that a client sends before it has read the responses to earlier ones. Some are worked on and some wait, in
 * order, and nothing more is read from the connection until none waits. The next one is refused, and ends the
 * connection: all connections are read in one iteration of the event loop, for which a thousand requests of each are too
 * many.
 */
export class Pipeline {
  readonly #socket: Socket;
  readonly #all: PipelinedRequests;
  readonly #refuse: (response: ServerResponse) => void;
  #running = 0;
  #waiting: { readonly response: ServerResponse; readonly start: () => void }[] = [];
  #isFull = false;
  /** Node resumes the socket at the end of each request. */
  readonly #stayPaused = (): void => {
    this.#socket.pause();
  };

  /** @param refuse answers one request, and ends the connection in its turn; what comes after it is not read */
  constructor(socket: Socket, all: PipelinedRequests, refuse: (response: ServerResponse) => void) {
    this.#socket = socket;
    this.#all = all;
    this.#refuse = refuse;
    socket.once('close', () => {
      all.waiting -= this.#waiting.length;
      this.#waiting = [];
    });
  }

  /**
   * Takes a request whose response waits for an earlier one.
   *
   * @param start begins to work on it; called at most once, now or later
   */
  add(response: ServerResponse, start: () => void): void {
    if (this.#isFull) return;
    if (this.#running < workedOnAtOnce) {
      this.#start(response, start);
      return;
    }
    if (this.#waiting.length >= (this.#all.waiting < manyWait ? mostWaiting : fewWaiting)) {
      this.#isFull = true;
      ignoreRest(this.#socket);
      this.#refuse(response);
      return;
    }
    this.#waiting.push({ response, start });
    this.#all.waiting += 1;
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
    if (next === undefined) return;
    this.#all.waiting -= 1;
    if (this.#socket.destroyed) return;
    if (this.#waiting.length === 0) {
      this.#socket.off('resume', this.#stayPaused);
      this.#socket.resume();
    }
    this.#start(next.response, next.start);
  }
}
