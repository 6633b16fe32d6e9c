import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Entrance } from '../../graphql/entrance.ts';
import type { Executor } from '../../graphql/executor.ts';
import { typeOf, type ValidOperation } from '../../graphql/operation.ts';
import { parseParams, type OperationParams } from '../../graphql/params.ts';
import type { Subscriptions } from '../../graphql/subscriptions.ts';
import type { Viewer } from '../../schema/context.ts';
import { codedError } from '../../schema/errors.ts';
import type { MaybePromise } from '../../store/store.ts';
import type { Connection } from './connection.ts';
import { SocketOperation, type SocketContext } from './socket-operation.ts';

/** The longest id of an operation: kept, and repeated in each of its messages. Clients take a number or a UUID. */
const longestId = 256;

/** Dependencies of the operations. */
export interface SocketOperationsOptions {
  readonly engine: GraphQLEngine;
  readonly entrance: Entrance;
  readonly executor: Executor;
  readonly subscriptions: Subscriptions;
  readonly maxPerSocket: number;
}

/** The state of an operation between `onSubscribe` and its execution. */
interface Started {
  readonly socketOperation: SocketOperation;
  readonly viewer: Viewer;
  readonly operation: ValidOperation;
  readonly connection: Connection;
  /** The result of a subscription that could not begin. */
  readonly result: ExecutionResult | null;
}

/**
 * Starts operations for graphql-ws: its hooks `onSubscribe`, `execute` and `subscribe`. graphql-ws writes the results
 * of queries and mutations; subscriptions write to the socket themselves.
 */
export class SocketOperations {
  readonly #options: SocketOperationsOptions;

  constructor(options: SocketOperationsOptions) {
    this.#options = options;
  }

  /** `onSubscribe`: returns the arguments of an execution, or errors that end this operation alone. */
  readonly start = (
    context: SocketContext,
    id: string,
    payload: object,
  ): MaybePromise<ExecutionArgs | readonly GraphQLError[]> => {
    const { entrance, maxPerSocket } = this.#options;
    const { extra: connection } = context;
    const { viewer } = connection;
    const params = parseParams(payload);
    if (params instanceof GraphQLError) return [params];
    // graphql-ws closes the socket of a client that is not acknowledged before it calls this.
    if (viewer === null) return [codedError('UNAUTHENTICATED', 'The connection is not acknowledged.')];
    if (id.length > longestId) {
      return [
        codedError('LIMIT_EXCEEDED', `The id of an operation must have at most ${longestId} characters.`),
      ];
    }
    if (connection.operations >= maxPerSocket) {
      const message = `A socket can have at most ${maxPerSocket} operations. Open another one.`;
      return [codedError('LIMIT_EXCEEDED', message)];
    }
    const socketOperation = new SocketOperation(context, id);
    return entrance.run(viewer.owner, () => this.#begin(socketOperation, params, viewer, connection));
  };

  #begin(
    socketOperation: SocketOperation,
    params: OperationParams,
    viewer: Viewer,
    connection: Connection,
  ): MaybePromise<ExecutionArgs | readonly GraphQLError[]> {
    if (socketOperation.destroyed) return neverResolves();
    const { engine } = this.#options;
    const refuse = (...errors: readonly GraphQLError[]) => {
      socketOperation.release();
      return errors;
    };
    const operation = engine.prepare(params);
    if (operation.kind !== 'valid') return refuse(...operation.errors);
    const type = typeOf(operation);
    if (type === null) {
      return refuse(codedError('BAD_INPUT', 'operationName must name one of the operations of the query.'));
    }
    const refusal = engine.refusalOf(operation);
    if (refusal !== null) return refuse(refusal);
    const started: Started = { socketOperation, viewer, operation, connection, result: null };
    return type === 'subscription' ? this.#stream(started) : this.#argumentsOf(started);
  }

  /** `execute`: a query or mutation, in the queue of its socket. */
  readonly execute = async ({ contextValue }: ExecutionArgs): Promise<ExecutionResult> => {
    const started = contextValue as Started;
    const { socketOperation, operation, viewer, connection } = started;
    const { responses } = connection;
    const slot = responses.enter(connection.messageBytes);
    if (slot !== null) {
      connection.keepPace();
      await slot;
    }
    try {
      if (socketOperation.destroyed) return neverResolves();
      const result = await this.#options.entrance.run(viewer.owner, () =>
        this.#options.executor.execute(operation, viewer, socketOperation),
      );
      if (socketOperation.destroyed) return neverResolves();
      socketOperation.release();
      return result;
    } finally {
      responses.leave();
    }
  };

  /** `subscribe`: called only for subscriptions that could not begin. */
  readonly subscribe = ({ contextValue }: ExecutionArgs): ExecutionResult =>
    (contextValue as Started).result ?? {};

  #argumentsOf(started: Started): ExecutionArgs {
    const { document, params } = started.operation;
    const { schema } = this.#options.engine;
    const { operationName } = params;
    return { schema, document, contextValue: started, ...(operationName !== null && { operationName }) };
  }

  /** Lets a stream write to the socket; graphql-ws continues only with one that could not begin. */
  async #stream(started: Started): Promise<ExecutionArgs> {
    const { socketOperation, operation, viewer } = started;
    const opened = await this.#options.subscriptions.open(operation, viewer, socketOperation, 'ws');
    if (Symbol.dispose in opened) {
      socketOperation.startFrom(opened);
      return neverResolves();
    }
    if (socketOperation.destroyed) return neverResolves();
    socketOperation.release();
    return this.#argumentsOf({ ...started, result: opened });
  }
}

/**
 * The promise that graphql-ws receives for an operation with which it has nothing more to do: its id may belong to
 * another operation by then. What waits for it is collected as garbage.
 */
const neverResolves = (): Promise<never> => new Promise(() => {});
