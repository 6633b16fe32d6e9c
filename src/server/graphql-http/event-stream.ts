import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { toPayload, type Payload } from '../../events/payload.ts';
import type { Sink } from '../../events/subscriber.ts';
import type { Viewer } from '../../schema/context.ts';
import { onExpiry, type Identity } from '../auth/identity.ts';
import { formatted, type OperationParams, type Operations } from '../../graphql/operations.ts';
import { Reader } from '../http/reader.ts';
import { cannotGoOn, type Subscriptions } from '../../graphql/subscriptions.ts';

/** Settings of the event-stream transport. */
export interface EventStreamOptions {
  readonly operations: Operations;
  readonly subscriptions: Subscriptions;
  /** Between two comments, which keep proxies from closing a quiet stream. */
  readonly keepAliveMs: number;
  /** A reader that is behind for this long is cut. */
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
      // Written to slow readers too: it is how a connection that is gone is found.
      for (const response of this.#open) response.write(':\n\n');
    }, options.keepAliveMs);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers an operation of any kind as a stream of `next` and one `complete`. */
  async respond(response: ServerResponse, params: OperationParams, identity: Identity): Promise<void> {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    // Told at once: the client knows that it is heard before there is anything to say.
    response.write(':\n\n');
    this.#open.add(response);
    const closed = new Promise<null>((resolve) => void response.once('close', () => resolve(null)));
    // The client comes back with a new token, and goes on with `after`.
    const expiry = onExpiry(identity, () => response.destroy());
    try {
      const result = await this.#run(response, params, identity.viewer, closed);
      if (result !== null) write(response, nextEvent(toPayload(JSON.stringify(formatted(result)))));
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
    params: OperationParams,
    viewer: Viewer,
    closed: Promise<null>,
  ): Promise<ExecutionResult | null> {
    const { operations, subscriptions, stallMs } = this.#options;
    const prepared = operations.prepare(params.query);
    if (prepared.kind !== 'valid') return { errors: prepared.errors };
    if (operations.typeOf(prepared.document, params.operationName) !== 'subscription') {
      return operations.execute(prepared.document, params, viewer);
    }
    const ended = Promise.withResolvers<ExecutionResult | null>();
    using reader = new Reader(response, stallMs, () => response.destroy());
    const sink: Sink = {
      send: (payload) => write(response, nextEvent(payload)),
      isWritable: () => reader.isWritable(),
      whenWritable: (resume) => reader.whenWritable(resume),
      end: () => ended.resolve(null),
      fail: () => ended.resolve({ errors: [cannotGoOn()] }),
    };
    const opened = await subscriptions.open(prepared.document, params, viewer, sink);
    if (!(Symbol.dispose in opened)) return opened;
    try {
      return await Promise.race([ended.promise, closed]);
    } finally {
      opened[Symbol.dispose]();
    }
  }
}

const completeEvent = 'event: complete\ndata: \n\n';

/** JSON text has no line breaks, so one data line holds it. */
const nextEvent = (payload: Payload): string => `event: next\ndata: ${payload}\n\n`;

function write(response: ServerResponse, event: string): void {
  if (!response.writableEnded && !response.destroyed) response.write(event, 'latin1');
}
