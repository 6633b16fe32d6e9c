import type { Duplex } from 'node:stream';
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Viewer } from '../schema/context.ts';
import { keepsUp, Reader } from './reader.ts';

/** One WebSocket, as graphql-ws drives it. There may be 20,000, so it has methods instead of closures. */
export class Connection implements ProtocolSocket, Disposable {
  readonly socket: WebSocket;
  /** What `socket` writes to. */
  readonly duplex: Duplex;
  viewer: Viewer | null = null;
  /** Ends the connection at its time: the token's, or soon after it was given up. */
  ending: Disposable | undefined;
  /** How many operations are under way. */
  operations = 0;
  /** Whether it answered the last ping. */
  alive = true;
  readonly #stallMs: number;
  readonly #onStalled: (connection: Connection) => void;
  /** Made for the few clients that fall behind. */
  #reader: Reader | null = null;
  /** Hears what the client says; graphql-ws sets it. */
  receive: (message: string) => Promise<void> = () => Promise.resolve();
  /** Ends every operation; what `opened` of graphql-ws answered. */
  leave: (code: number, reason: string) => Promise<void> = () => Promise.resolve();

  /** @param onStalled called once when the client has been behind for `stallMs` */
  constructor(
    socket: WebSocket,
    duplex: Duplex,
    stallMs: number,
    onStalled: (connection: Connection) => void,
  ) {
    this.socket = socket;
    this.duplex = duplex;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  /** Whether what waits for the client waits on. */
  get isBehind(): boolean {
    return this.#reader?.isBehind ?? false;
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
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  send(message: string): void {
    if (this.isOpen) this.socket.send(message);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, shortReason(reason));
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
