import type { Context } from 'graphql-ws';
import { toPayload, type Payload } from '../../events/payload.ts';
import type { Sink } from '../../events/subscriber.ts';
import type { Connection } from './connection.ts';
import { cannotContinue } from '../../graphql/subscriptions.ts';
import type { Caller } from '../../graphql/response-room.ts';
import { textFrame } from './text-frame.ts';

/** The context that graphql-ws keeps of a connection. */
export type SocketContext = Context<Record<string, unknown> | undefined, Connection>;

/**
 * An operation on a WebSocket, from its `subscribe` to its end.
 *
 * It is one of the subscriptions of graphql-ws, which calls `return` when the client completes or is gone. As a sink it
 * writes the messages of a stream past graphql-ws and `ws`: one write for those that come together.
 */
export class SocketOperation implements Sink, Caller, AsyncIterable<never> {
  readonly #context: SocketContext;
  readonly #id: string;
  readonly #head: Payload;
  #source: Disposable | null = null;
  #ended = false;

  /** Counts as an operation of the connection until it ends. */
  constructor(context: SocketContext, id: string) {
    this.#context = context;
    this.#id = id;
    this.#head = toPayload(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    context.subscriptions[id] = this;
    context.extra.operations += 1;
  }

  /** True if the client no longer waits for the operation. Its id may belong to another one by then. */
  get destroyed(): boolean {
    return this.#ended;
  }

  /** Sets the source that writes here. It is disposed of when the operation ends, or now if it has ended. */
  startFrom(source: Disposable): void {
    if (this.#ended) source[Symbol.dispose]();
    else this.#source = source;
  }

  send(payloads: readonly Payload[]): void {
    const { extra } = this.#context;
    if (!extra.isOpen) return;
    let frames = '';
    for (const payload of payloads) frames += textFrame(this.#head, payload);
    // ws sends without compression and has no queue of its own, so frames remain complete and in order.
    extra.duplex.write(frames, 'latin1');
  }

  isWritable(): boolean {
    return this.#context.extra.isWritable();
  }

  whenWritable(resume: () => void): void {
    this.#context.extra.whenWritable(resume);
  }

  /** The stream has ended: sends `complete`. */
  end(): void {
    this.#finish({ type: 'complete' });
  }

  /** The stream cannot continue: sends `error`, after which the client may subscribe again. */
  fail(): void {
    this.#finish({ type: 'error', payload: [cannotContinue()] });
  }

  #finish(message: object): void {
    if (this.#ended) return;
    this.release();
    const { subscriptions, extra } = this.#context;
    if (subscriptions[this.#id] === this) delete subscriptions[this.#id];
    extra.send(JSON.stringify({ id: this.#id, ...message }));
  }

  /** Called by graphql-ws: the client completed, or is gone. */
  return(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  /** Ends the operation and its source. Sends nothing. */
  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#context.extra.operations -= 1;
    this.#source?.[Symbol.dispose]();
    this.#source = null;
  }

  /** Never iterated: the operation writes by itself. */
  [Symbol.asyncIterator](): never {
    throw new Error('An operation on a WebSocket writes by itself');
  }
}
