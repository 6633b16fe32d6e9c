import type { Context } from 'graphql-ws';
import { toPayload, type Payload } from '../../events/payload.ts';
import type { Sink } from '../../events/subscriber.ts';
import type { Connection } from './connection.ts';
import { cannotGoOn } from '../../graphql/subscriptions.ts';
import { textFrame } from './text-frame.ts';

/** What graphql-ws knows of a connection. */
export type SocketContext = Context<Record<string, unknown> | undefined, Connection>;

/**
 * An operation on a WebSocket, from its `subscribe` to its end, whoever ends it.
 *
 * It stands among the subscriptions of graphql-ws, which returns it when the client completes or is gone.
 * As a sink it writes the messages of a stream past graphql-ws and `ws`: one write for each.
 */
export class SocketOperation implements Sink, AsyncIterable<never> {
  readonly #context: SocketContext;
  readonly #id: string;
  readonly #head: Payload;
  #source: Disposable | null = null;
  #ended = false;

  /** Takes a place among the operations of the connection until it ends. */
  constructor(context: SocketContext, id: string) {
    this.#context = context;
    this.#id = id;
    this.#head = toPayload(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    context.subscriptions[id] = this;
    context.extra.operations += 1;
  }

  /** Whether the client no longer waits for it. Its id may belong to another operation by then. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** What writes here, to be disposed of at the end. */
  startFrom(source: Disposable): void {
    if (this.#ended) source[Symbol.dispose]();
    else this.#source = source;
  }

  send(payload: Payload): void {
    const { extra } = this.#context;
    // ws sends without compression and keeps no queue, so frames stay whole and in order.
    if (extra.isOpen) extra.duplex.write(textFrame(this.#head, payload), 'latin1');
  }

  isWritable(): boolean {
    return this.#context.extra.isWritable();
  }

  whenWritable(resume: () => void): void {
    this.#context.extra.whenWritable(resume);
  }

  /** The stream came to its end: the client is told. */
  end(): void {
    this.#finish({ type: 'complete' });
  }

  /** The stream cannot go on: the client is told, and may subscribe again. */
  fail(): void {
    this.#finish({ type: 'error', payload: [cannotGoOn()] });
  }

  #finish(message: object): void {
    if (this.#ended) return;
    this.release();
    const { subscriptions, extra } = this.#context;
    if (subscriptions[this.#id] === this) delete subscriptions[this.#id];
    extra.send(JSON.stringify({ id: this.#id, ...message }));
  }

  /** The client completed, or is gone. */
  return(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  /** Gives its place back and stops the source; nothing is told. */
  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#context.extra.operations -= 1;
    this.#source?.[Symbol.dispose]();
    this.#source = null;
  }

  /** Nobody iterates it: it writes by itself. */
  [Symbol.asyncIterator](): never {
    throw new Error('An operation on a WebSocket writes by itself');
  }
}
