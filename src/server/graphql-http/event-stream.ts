import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { toPayload, type Payload } from '../../events/payload.ts';
import type { Sink } from '../../events/subscriber.ts';
import type { Viewer } from '../../schema/context.ts';
import { onExpiry, type Identity } from '../auth/identity.ts';
import type { Executor } from '../../graphql/executor.ts';
import { typeOf, type PreparedOperation } from '../../graphql/operation.ts';
import { responseOf } from '../../graphql/response.ts';
import type { CutConnections } from '../connections/cut-connections.ts';
import { Reader } from '../http/reader.ts';
import { cannotContinue, type Subscriptions } from '../../graphql/subscriptions.ts';

/** Settings of the event-stream transport. */
export interface EventStreamOptions {
  readonly executor: Executor;
  readonly subscriptions: Subscriptions;
  readonly cuts: CutConnections;
  /** The interval of comments, which keep proxies from closing an idle stream. */
  readonly keepAliveMs: number;
  /** The connection of a reader that is behind for this long is closed. */
  readonly stallMs: number;
}

/** GraphQL over server-sent events, distinct connections: one operation for each response. */
export class EventStreams implements Disposable {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<ServerResponse>();
  readonly #keepAlive: NodeJS.Timeout;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#keepAlive = setInterval(() => {
      // Written to slow readers too: this is how a dead connection is detected.
      for (const response of this.#open) response.write(':\n\n');
    }, options.keepAliveMs);
  }

  /** The number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers an operation of any kind as a stream of `next` and one `complete`. */
  async respond(response: ServerResponse, operation: PreparedOperation, identity: Identity): Promise<void> {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    // Sent immediately: the client knows that the stream is open before the first event.
    response.write(':\n\n');
    this.#open.add(response);
    const closed = new Promise<null>((resolve) => void response.once('close', () => resolve(null)));
    // The client reconnects with a new token, and continues with `after`.
    const expiry = onExpiry(identity, () => response.destroy());
    try {
      const result = await this.#run(response, operation, identity.viewer, closed);
      if (result !== null) write(response, nextEvent(toPayload(JSON.stringify(responseOf(result)))));
      write(response, completeEvent);
    } finally {
      clearTimeout(expiry);
      this.#open.delete(response);
      response.end();
    }
  }

  /** Ends every stream, so that clients reconnect elsewhere. */
  [Symbol.dispose](): void {
    clearInterval(this.#keepAlive);
    for (const response of this.#open) response.destroy();
  }

  async #run(
    response: ServerResponse,
    operation: PreparedOperation,
    viewer: Viewer,
    closed: Promise<null>,
  ): Promise<ExecutionResult | null> {
    const { executor, subscriptions, cuts, stallMs } = this.#options;
    if (operation.kind !== 'valid') return { errors: operation.errors };
    if (typeOf(operation) !== 'subscription') return executor.execute(operation, viewer, response);
    const ended = Promise.withResolvers<ExecutionResult | null>();
    using reader = new Reader(response, stallMs, () => {
      const { writableLength: bytes } = response;
      cuts.record({ transport: 'sse', reason: 'stalled', owner: viewer.owner, bytes });
      response.destroy();
    });
    const sink: Sink = {
      send: (payloads) => write(response, payloads.map(nextEvent).join('')),
      isWritable: () => reader.isWritable(),
      whenWritable: (resume) => reader.whenWritable(resume),
      end: () => ended.resolve(null),
      fail: () => ended.resolve({ errors: [cannotContinue()] }),
    };
    const opened = await subscriptions.open(operation, viewer, sink, 'sse');
    if (!(Symbol.dispose in opened)) return opened;
    try {
      return await Promise.race([ended.promise, closed]);
    } finally {
      opened[Symbol.dispose]();
    }
  }
}

const completeEvent = 'event: complete\ndata: \n\n';

/** JSON has no line breaks, so one data line is enough. */
const nextEvent = (payload: Payload): string => `event: next\ndata: ${payload}\n\n`;

function write(response: ServerResponse, event: string): void {
  if (!response.writableEnded && !response.destroyed) response.write(event, 'latin1');
}
