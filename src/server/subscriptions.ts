import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { Subscriber, UnknownTaskError, type Sink } from '../events/subscriber.ts';
import type { TaskStreams } from '../events/task-stream.ts';
import type { Viewer } from '../schema/context.ts';
import { unknownTask } from '../schema/task-status-changed.ts';
import type { Store } from '../store/store.ts';
import type { DocumentNode } from 'graphql';
import type { OperationParams, Operations } from './operations.ts';

/** Begins subscriptions for every transport: one stream serves all who ask the same. */
export class Subscriptions {
  readonly #operations: Operations;
  readonly #streams: TaskStreams;
  readonly #store: Store;
  readonly #log: Logger;

  constructor(operations: Operations, streams: TaskStreams, store: Store, log: Logger) {
    this.#operations = operations;
    this.#streams = streams;
    this.#store = store;
    this.#log = log;
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
    const { source, render } = opened;
    // Everything that a message depends on beside the task: who asks, what, and with which values.
    const key = JSON.stringify([viewer.owner, params.query, params.operationName, params.variables]);
    const stream = this.#streams.open(key, { owner: viewer.owner, id: source.id }, render);
    const subscriber = new Subscriber(stream, sink);
    const begun = subscriber.begin(
      this.#store,
      source.after === null ? { kind: 'present' } : { kind: 'after', counter: source.after },
    );
    if (source.id !== null) {
      try {
        await begun;
      } catch (error) {
        if (error instanceof UnknownTaskError) return this.#operations.mask({ errors: [unknownTask()] });
        throw error;
      }
    } else {
      // A long catch-up goes at the reader's speed: the operation can be ended meanwhile.
      begun.catch((error: unknown) => {
        this.#log.error({ err: error }, 'a subscription could not catch up');
        sink.end();
      });
    }
    return subscriber;
  }
}
