import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { OwnerCounts } from '../commands/owner-counts.ts';
import { Subscriber, UnknownTaskError, type Sink } from '../events/subscriber.ts';
import type { TaskStreams } from '../events/task-stream.ts';
import type { Viewer } from '../schema/context.ts';
import { codedError } from '../schema/errors.ts';
import { unknownTask } from '../schema/task-status-changed.ts';
import type { Store } from '../store/store.ts';
import type { GraphQLEngine } from './engine.ts';
import { HeldDocuments } from './documents/held-documents.ts';
import type { Entrance } from './entrance.ts';
import type { ValidOperation } from './operation.ts';
import { publicError } from './public-error.ts';

/** Settings and dependencies of the subscriptions. */
export interface SubscriptionsOptions {
  readonly engine: GraphQLEngine;
  readonly entrance: Entrance;
  readonly streams: TaskStreams;
  readonly store: Store;
  readonly log: Logger;
  readonly maxPerOwner: number;
}

/** How the messages of a subscription reach the client. */
export type Transport = 'ws' | 'sse';

/** Opens subscriptions for every transport. Equal subscriptions of a viewer share one stream. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #counts = new OwnerCounts();
  readonly #documents = new HeldDocuments();
  readonly #byTransport: Record<Transport, number> = { ws: 0, sse: 0 };

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * Opens a subscription. The sink may be called from then on, also before the promise resolves.
   *
   * @returns a disposable that ends the subscription, or the errors for which it could not begin
   */
  open(
    prepared: ValidOperation,
    viewer: Viewer,
    sink: Sink,
    transport: Transport,
  ): Promise<Disposable | ExecutionResult> {
    return this.#options.entrance.hold(viewer.owner, this.#open(prepared, viewer, sink, transport));
  }

  /** The open subscriptions of each transport. */
  countByTransport(): [count: number, transport: string][] {
    return Object.entries(this.#byTransport).map(([transport, count]) => [count, transport]);
  }

  async #open(
    prepared: ValidOperation,
    viewer: Viewer,
    sink: Sink,
    transport: Transport,
  ): Promise<Disposable | ExecutionResult> {
    const { engine, streams, store, log, maxPerOwner } = this.#options;
    const { document } = prepared;
    const { owner } = viewer;
    const opened = await engine.subscribe(prepared, viewer);
    if (!('source' in opened)) return opened;
    const count = this.#counts.of(owner);
    if (count >= maxPerOwner) {
      const message = `You have ${count} open subscriptions, which is the limit. End some of them first.`;
      return { errors: [codedError('LIMIT_EXCEEDED', message)] };
    }
    if (!this.#documents.hold(owner, document, engine.bytesOf(document))) {
      const message = 'Your open subscriptions have too many different queries. End some of them first.';
      return { errors: [codedError('LIMIT_EXCEEDED', message)] };
    }
    const { source, key, render } = opened;
    const { id, filter } = source;
    const stream = streams.open(key, { owner: source.owner, id, filter }, render);
    this.#counts.add(owner, 1);
    this.#byTransport[transport] += 1;
    const subscriber = new Subscriber(stream, sink, (error) => {
      this.#counts.add(owner, -1);
      this.#byTransport[transport] -= 1;
      this.#documents.release(owner, document);
      if (error !== undefined) log.error({ err: error }, 'a subscription could not continue');
    });
    try {
      await subscriber.begin(
        store,
        source.after === null ? { kind: 'present' } : { kind: 'after', counter: source.after },
      );
    } catch (error) {
      if (error instanceof UnknownTaskError) return { errors: [unknownTask()] };
      const report = (cause: unknown) => log.error({ err: cause }, 'a subscription could not begin');
      return { errors: [publicError(error, 'execute', report)] };
    }
    return subscriber;
  }
}

/** The error of a subscription that began and cannot continue. */
export const cannotContinue = (): GraphQLError =>
  codedError(
    'INTERNAL',
    'The subscription cannot continue. Subscribe again with `after` and the last revision that was received.',
  );
