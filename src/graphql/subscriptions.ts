import { GraphQLError, type DocumentNode, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { Subscriber, UnknownTaskError, type Sink } from '../events/subscriber.ts';
import type { TaskStreams } from '../events/task-stream.ts';
import type { Viewer } from '../schema/context.ts';
import { codedError } from '../schema/errors.ts';
import { unknownTask } from '../schema/task-status-changed.ts';
import type { Store } from '../store/store.ts';
import type { Owner } from '../domain/video-task.ts';
import type { OperationParams, Operations } from './operations.ts';

/** What subscriptions need, and how many one owner may hold. */
export interface SubscriptionsOptions {
  readonly operations: Operations;
  readonly streams: TaskStreams;
  readonly store: Store;
  readonly log: Logger;
  readonly maxPerOwner: number;
}

/** Begins subscriptions for every transport: one stream serves all who ask the same. */
export class Subscriptions {
  readonly #operations: Operations;
  readonly #streams: TaskStreams;
  readonly #store: Store;
  readonly #log: Logger;
  readonly #maxPerOwner: number;
  readonly #countByOwner = new Map<Owner, number>();
  readonly #documents = new HeldDocuments();

  constructor(options: SubscriptionsOptions) {
    this.#operations = options.operations;
    this.#streams = options.streams;
    this.#store = options.store;
    this.#log = options.log;
    this.#maxPerOwner = options.maxPerOwner;
  }

  /**
   * Begins a subscription. Messages go to the sink from here on, the first ones perhaps before this answers.
   *
   * @returns what ends it, or the errors for which it did not begin
   */
  async open(
    document: DocumentNode,
    params: OperationParams,
    viewer: Viewer,
    sink: Sink,
  ): Promise<Disposable | ExecutionResult> {
    const opened = await this.#operations.subscribe(document, params, viewer);
    if (!('source' in opened)) return opened;
    const count = this.#countByOwner.get(viewer.owner) ?? 0;
    if (count >= this.#maxPerOwner) {
      const message = `You hold ${count} subscriptions, and that is the limit. End some first.`;
      return { errors: [codedError('LIMIT_EXCEEDED', message)] };
    }
    if (!this.#documents.hold(viewer.owner, document, this.#operations.bytesOf(document))) {
      const message = 'Your open subscriptions are of too many different texts. End some first.';
      return { errors: [codedError('LIMIT_EXCEEDED', message)] };
    }
    const { source, key, render } = opened;
    const stream = this.#streams.open(key, { owner: viewer.owner, id: source.id }, render);
    this.#count(viewer.owner, 1);
    const subscriber = new Subscriber(stream, sink, (error) => {
      this.#count(viewer.owner, -1);
      this.#documents.release(viewer.owner, document);
      if (error !== undefined) this.#log.error({ err: error }, 'a subscription could not go on');
    });
    try {
      await subscriber.begin(
        this.#store,
        source.after === null ? { kind: 'present' } : { kind: 'after', counter: source.after },
      );
    } catch (error) {
      if (error instanceof UnknownTaskError) return { errors: [unknownTask()] };
      // Told to this one alone: the others on its socket go on.
      return this.#operations.mask({ errors: [asGraphQLError(error)] });
    }
    return subscriber;
  }

  #count(owner: Owner, change: 1 | -1): void {
    const count = (this.#countByOwner.get(owner) ?? 0) + change;
    if (count > 0) this.#countByOwner.set(owner, count);
    else this.#countByOwner.delete(owner);
  }
}

/** For a subscription that began and cannot go on. */
export const cannotGoOn = (): GraphQLError =>
  codedError(
    'INTERNAL',
    'The subscription cannot go on. Subscribe again, `after` the last revision that you saw.',
  );

/** How much the documents of one owner's open subscriptions may keep, in bytes. */
const maxHeldBytes = 64 * 1024 * 1024;

/** The documents that open subscriptions keep, each counted once for an owner. */
class HeldDocuments {
  readonly #byOwner = new Map<Owner, Map<DocumentNode, { readonly bytes: number; count: number }>>();
  readonly #bytes = new Map<Owner, number>();

  /** Whether the owner may hold it once more; if so, it is counted until released. */
  hold(owner: Owner, document: DocumentNode, bytes: number): boolean {
    const held = this.#byOwner.get(owner) ?? new Map<DocumentNode, { bytes: number; count: number }>();
    const known = held.get(document);
    if (known !== undefined) {
      known.count += 1;
      return true;
    }
    const total = (this.#bytes.get(owner) ?? 0) + bytes;
    if (total > maxHeldBytes) return false;
    this.#byOwner.set(owner, held.set(document, { bytes, count: 1 }));
    this.#bytes.set(owner, total);
    return true;
  }

  release(owner: Owner, document: DocumentNode): void {
    const held = this.#byOwner.get(owner);
    const known = held?.get(document);
    if (held === undefined || known === undefined) return;
    known.count -= 1;
    if (known.count > 0) return;
    held.delete(document);
    if (held.size === 0) {
      this.#byOwner.delete(owner);
      this.#bytes.delete(owner);
    } else this.#bytes.set(owner, (this.#bytes.get(owner) ?? 0) - known.bytes);
  }
}

const asGraphQLError = (error: unknown) =>
  new GraphQLError('The task could not be read', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
