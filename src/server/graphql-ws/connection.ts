import type { Socket } from 'node:net';
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Viewer } from '../../schema/context.ts';
import { AnswerQueue } from './response-queue.ts';
import { behindBytes, keepsUp, Reader } from '../http/reader.ts';
import type { WebSocketTraffic } from '../http/traffic.ts';

/** What a client may send before it is acknowledged: a token, with room; headers have the same bound in Node. */
const longestGreeting = 16_384;
/** RFC 6455, 7.4.1. */
const tooBig = 1009;
/** Try again later (RFC 6455 registry, 1013): the graphql-ws client reconnects after it. */
export const tryAgainLater = 1013;
/** How long a socket that is being closed may take to answer. */
export const closeWaitMs = 2000;

/** One WebSocket, as graphql-ws drives it. There may be 20,000, so it has methods instead of closures. */
export class Connection implements ProtocolSocket, WebSocketTraffic, Disposable {
  readonly socket: WebSocket;
  /** What `socket` writes to. */
  readonly duplex: Socket;
  viewer: Viewer | null = null;
  /** Ends the connection at its time: the token's, or soon after it was given up. */
  ending: Disposable | undefined;
  /** How many operations are under way. */
  operations = 0;
  /** The size of the last message. */
  messageBytes = 0;
  /** Whether it answered the last ping. */
  alive = true;
  readonly #stallMs: number;
  readonly #onStalled: (connection: Connection) => void;
  /** What was read when the last message came: the rest is one that is not whole yet. */
  #bytesReadBefore = 0;
  #isPaused = false;
  /** Made for clients that ask for anything but subscriptions. */
  #answers: AnswerQueue | null = null;
  readonly #onGreeting = (): void => {
    if (this.duplex.bytesRead - this.#greetedAt <= longestGreeting) return;
    this.close(tooBig, 'Too much before connection_init was acknowledged');
    // Whatever else it sends is not worth its memory.
    this.socket.pause();
  };
  readonly #greetedAt: number;
  /** Made for the few clients that fall behind. */
  #reader: Reader | null = null;
  /** Hears what the client says; graphql-ws sets it. */
  receive: (message: string) => Promise<void> = () => Promise.resolve();
  /** Ends every operation; what `opened` of graphql-ws answered. */
  leave: (code: number, reason: string) => Promise<void> = () => Promise.resolve();

  /** @param onStalled called once when the client has been behind for `stallMs` */
  constructor(
    socket: WebSocket,
    duplex: Socket,
    stallMs: number,
    onStalled: (connection: Connection) => void,
  ) {
    this.socket = socket;
    this.duplex = duplex;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
    this.#greetedAt = this.#bytesReadBefore = duplex.bytesRead;
    duplex.on('data', this.#onGreeting);
  }

  /** Says that the client is known: the bound on its greeting ends. */
  acknowledge(viewer: Viewer): void {
    this.viewer = viewer;
    this.duplex.off('data', this.#onGreeting);
  }

  /** The queries and mutations of this client. */
  get answers(): AnswerQueue {
    this.#answers ??= new AnswerQueue(
      () => this.isWritable(),
      (resume) => this.whenWritable(resume),
    );
    return this.#answers;
  }

  /** Notes that a whole message came. */
  noteMessage(bytes: number): void {
    this.messageBytes = bytes;
    this.#bytesReadBefore = this.duplex.bytesRead;
  }

  incomingBytes(): number {
    return this.duplex.bytesRead - this.#bytesReadBefore + (this.#answers?.waitingBytes ?? 0);
  }

  cut(): void {
    this.close(tryAgainLater, 'Too much waits to be read');
  }

  /** Reads no more while much waits for the client, or messages of its wait: what it asks for would wait as well. */
  keepPace(): void {
    if (this.#isPaused || !this.isOpen) return;
    const isBehind = !this.isWritable();
    if (!isBehind && (this.#answers?.waitingBytes ?? 0) < behindBytes) return;
    this.#pauseUntil((resume) => {
      if (isBehind) this.whenWritable(resume);
      else this.answers.whenShort(resume);
    });
  }

  /** Reads no more until the event loop has time again: one read brings hundreds of operations. */
  rest(hasTimeAgain: Promise<void>): void {
    if (this.#isPaused || !this.isOpen) return;
    this.#pauseUntil((resume) => void hasTimeAgain.then(resume));
  }

  #pauseUntil(wait: (resume: () => void) => void): void {
    this.#isPaused = true;
    this.socket.pause();
    wait(() => {
      this.#isPaused = false;
      this.socket.resume();
      // There may be enough again of what was read before.
      this.keepPace();
    });
  }

  /** Whether what waits for the client waits on, or what the client sends is not read. */
  get isBehind(): boolean {
    return this.#isPaused || (this.#reader?.isBehind ?? false);
  }

  isWritable(): boolean {
    return keepsUp(this.duplex);
  }

  /** Calls back once when everything written so far was taken; never after `dispose`. */
  whenWritable(resume: () => void): void {
    this.#reader ??= new Reader(this.duplex, this.#stallMs, () => this.#onStalled(this));
    this.#reader.whenWritable(resume);
  }

  /** Nothing more is written to it. */
  [Symbol.dispose](): void {
    this.ending?.[Symbol.dispose]();
    this.#reader?.[Symbol.dispose]();
    this.#answers?.[Symbol.dispose]();
    this.duplex.off('data', this.#onGreeting);
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

  /** Closes, and cuts a client that does not answer that within `waitMs`. Does nothing the second time. */
  close(code: number, reason: string, waitMs = closeWaitMs): void {
    if (!this.isOpen) return;
    this.socket.close(code, shortReason(reason));
    this.cutSoon(waitMs);
    // Its answer to the close stands behind all that it sent before.
    if (this.#isPaused) this.socket.resume();
  }

  /** Cuts a connection that is being closed and does not end. */
  cutSoon(waitMs: number): void {
    this.ending?.[Symbol.dispose]();
    this.ending = setTimeout(() => this.socket.terminate(), waitMs);
  }

  onMessage(receive: (message: string) => Promise<void>): void {
    this.receive = receive;
  }
}

/** A reason as a close frame can hold it (RFC 6455, 5.5): 123 bytes. Some repeat what the client sent. */
function shortReason(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason;
  // A character that is cut in two decodes to U+FFFD.
  return `${Buffer.from(reason)
    .subarray(0, 117)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}
