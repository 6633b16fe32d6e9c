import type { Socket } from 'node:net';
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Owner } from '../../domain/video-task.ts';
import type { Viewer } from '../../schema/context.ts';
import { closes, type Close } from './close-codes.ts';
import { ResponseQueue } from './response-queue.ts';
import { Deadline } from '../../time/deadline.ts';
import { faultOf } from './invalid-message.ts';
import { behindBytes, keepsUp, Reader } from '../http/reader.ts';
import type { WebSocketTraffic } from '../http/traffic.ts';

/** The codes of a credential that is missing or not accepted, and of one that is no longer valid. */
const refusals: ReadonlySet<number> = new Set([closes.unauthorized.code, closes.expired.code]);
/** The code of a message that graphql-ws does not accept. */
const invalidMessage: number = closes.badRequest.code;
/** The limit of bytes before the acknowledgement: above any token. Headers have the same limit in Node. */
const longestGreeting = 16_384;
/** The time that a client has to answer a close. */
export const closeWaitMs = 2000;

/** The limit for clients that stop reading, and what is told of clients; the same object for all connections. */
export interface ConnectionWatch {
  /** A client that is behind for so long is stalled, in milliseconds. */
  readonly stallMs: number;
  /** Called once when a connection is closed because its credential is missing, not accepted or no longer valid. */
  readonly onRefused: (connection: Connection, close: Close) => void;
  /** Called once when a client has been behind for `stallMs`. */
  readonly onStalled: (connection: Connection) => void;
}

/** One WebSocket, as graphql-ws uses it. There may be 20,000, so it has methods instead of closures. */
export class Connection implements ProtocolSocket, WebSocketTraffic, Disposable {
  readonly socket: WebSocket;
  /** The connection below `socket`. */
  readonly duplex: Socket;
  viewer: Viewer | null = null;
  /** The address of a client that is not acknowledged yet; null afterwards, and where it is not known. */
  client: string | null;
  /** The timer that ends the connection: when the token expires, or soon after a close. */
  ending: Disposable | undefined;
  /** The number of running operations. */
  operations = 0;
  /** The size of the message that is handled. */
  messageBytes = 0;
  /** True if it answered the last ping. */
  alive = true;
  readonly #watch: ConnectionWatch;
  /** The bytes read up to the last message: any more belong to one that is not complete yet. */
  #bytesReadBefore = 0;
  #isPaused = false;
  /** Ends when the event loop has time again for this client; null while it need not wait for that. */
  #rest: Promise<void> | null = null;
  /** Messages that wait for the event loop, in order; null for most connections. */
  #deferred: Buffer[] | null = null;
  /** Made for clients that send queries or mutations. */
  #responses: ResponseQueue | null = null;
  /** Null once the client is known: there may be 20,000 that are. */
  #onGreeting: (() => void) | null;
  /** Made for the few clients that fall behind. */
  #reader: Reader | null = null;
  #receive: (message: string) => Promise<void> = () => Promise.resolve();
  /** The message that graphql-ws is reading. */
  #received: string | null = null;
  /** Ends every operation; the return value of `opened` of graphql-ws. */
  leave: (code: number, reason: string) => Promise<void> = () => Promise.resolve();

  constructor(socket: WebSocket, duplex: Socket, client: string | null, watch: ConnectionWatch) {
    this.socket = socket;
    this.duplex = duplex;
    this.client = client;
    this.#watch = watch;
    const openedAt = (this.#bytesReadBefore = duplex.bytesRead);
    this.#onGreeting = () => {
      if (duplex.bytesRead - openedAt <= longestGreeting) return;
      this.closeWith(closes.greetingTooBig);
      // What it sends after that is not read.
      socket.pause();
    };
    duplex.on('data', this.#onGreeting);
  }

  /** Marks the client as known: the limit of its first bytes ends. */
  acknowledge(viewer: Viewer): void {
    this.viewer = viewer;
    this.client = null;
    if (this.#onGreeting === null) return;
    this.duplex.off('data', this.#onGreeting);
    this.#onGreeting = null;
  }

  /** The queue of the queries and mutations of this client. */
  get responses(): ResponseQueue {
    this.#responses ??= new ResponseQueue(
      () => this.isWritable(),
      (resume) => this.whenWritable(resume),
    );
    return this.#responses;
  }

  /** Records a complete message. */
  noteMessage(): void {
    this.#bytesReadBefore = this.duplex.bytesRead;
  }

  get owner(): Owner | null {
    return this.viewer?.owner ?? null;
  }

  outgoingBytes(): number {
    return this.duplex.writableLength;
  }

  incomingBytes(): number {
    let bytes = this.duplex.bytesRead - this.#bytesReadBefore + (this.#responses?.waitingBytes ?? 0);
    if (this.#deferred !== null) for (const { length } of this.#deferred) bytes += length;
    return bytes;
  }

  cut(): void {
    this.closeWith(closes.tooMuchWaiting);
  }

  get isEnding(): boolean {
    return !this.isOpen;
  }

  /** Pauses reading while much waits for the client, or many of its messages wait: further ones would wait as well. */
  keepPace(): void {
    if (this.#isPaused || !this.isOpen) return;
    const isBehind = !this.isWritable();
    if (!isBehind && (this.#responses?.waitingBytes ?? 0) < behindBytes) return;
    this.#pauseUntil((resume) => {
      if (isBehind) this.whenWritable(resume);
      else this.responses.whenEmpty(resume);
    });
  }

  /** Pauses reading until the event loop has time again: one read brings hundreds of operations. */
  rest(hasTimeAgain: Promise<void>): void {
    if (!this.isOpen) return;
    if (this.#isPaused) this.#rest = hasTimeAgain;
    else this.#pauseUntil((resume) => void hasTimeAgain.then(resume));
  }

  /** True while messages wait: those that follow must wait behind them. */
  get hasDeferred(): boolean {
    return this.#deferred !== null;
  }

  /**
   * Keeps a message, and those that follow it, until the event loop has time again.
   *
   * @param nextSlice resolves when it has; called once for each message
   */
  defer(message: Buffer, nextSlice: () => Promise<void>, handle: (message: Buffer) => void): void {
    if (this.#deferred !== null) {
      this.#deferred.push(message);
      return;
    }
    this.#deferred = [message];
    this.rest(this.#handleDeferred(nextSlice, handle));
  }

  async #handleDeferred(nextSlice: () => Promise<void>, handle: (message: Buffer) => void): Promise<void> {
    for (;;) {
      await nextSlice();
      const message = this.#deferred?.shift();
      if (message === undefined) break;
      handle(message);
    }
    this.#deferred = null;
  }

  #pauseUntil(wait: (resume: () => void) => void): void {
    this.#isPaused = true;
    this.socket.pause();
    wait(() => {
      this.#isPaused = false;
      const rest = this.#rest;
      this.#rest = null;
      if (rest !== null) {
        this.rest(rest);
        return;
      }
      this.socket.resume();
      // Messages that were read before may have filled the queue again.
      this.keepPace();
    });
  }

  /** True if the client has not read everything, or its messages are not read at the moment. */
  get isBehind(): boolean {
    return this.#isPaused || (this.#reader?.isBehind ?? false);
  }

  isWritable(): boolean {
    return keepsUp(this.duplex);
  }

  /** Calls back once when everything written so far was sent; never after `dispose`. */
  whenWritable(resume: () => void): void {
    this.#reader ??= new Reader(this.duplex, this.#watch.stallMs, () => this.#watch.onStalled(this));
    this.#reader.whenWritable(resume);
  }

  /** Clears timers and the queue. Nothing more is written. */
  [Symbol.dispose](): void {
    this.ending?.[Symbol.dispose]();
    this.#reader?.[Symbol.dispose]();
    this.#responses?.[Symbol.dispose]();
    if (this.#onGreeting === null) return;
    this.duplex.off('data', this.#onGreeting);
    this.#onGreeting = null;
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  send(message: string): void {
    if (!this.isOpen) return;
    this.socket.send(message);
    this.keepPace();
  }

  /** Closes with an entry of the table of close codes; as `close`. */
  closeWith({ code, reason }: Close, waitMs = closeWaitMs): void {
    this.close(code, reason, waitMs);
  }

  /** Closes, and cuts a client that does not answer within `waitMs`. Has no effect the second time. */
  close(code: number, reason: string, waitMs = closeWaitMs): void {
    if (!this.isOpen) return;
    if (refusals.has(code)) this.#watch.onRefused(this, { code, reason });
    // graphql-ws gives the same reason for whatever is wrong with a message.
    const fault = code === invalidMessage && this.#received !== null ? faultOf(this.#received) : null;
    this.socket.close(code, shortReason(fault ?? reason));
    this.cutSoon(waitMs);
    // The client's answer to the close comes after all that it sent before.
    if (this.#isPaused) this.socket.resume();
  }

  /** Cuts the connection after `waitMs`, if it is not closed by then. */
  cutSoon(waitMs: number): void {
    this.ending?.[Symbol.dispose]();
    this.ending = new Deadline(waitMs, () => this.socket.terminate());
  }

  onMessage(receive: (message: string) => Promise<void>): void {
    this.#receive = receive;
  }

  /** Hands a message to graphql-ws. */
  receive(message: string): Promise<void> {
    this.#received = message;
    try {
      return this.#receive(message);
    } finally {
      this.#received = null;
    }
  }
}

/** A reason that fits a close frame (RFC 6455, 5.5): 123 bytes. Some reasons repeat a message of the client. */
function shortReason(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason;
  // A character that was cut decodes to U+FFFD.
  return `${Buffer.from(reason)
    .subarray(0, 117)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}
