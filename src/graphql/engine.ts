import {
  createSourceEventStream,
  execute,
  executeSubscriptionEvent,
  validateSubscriptionArgs,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import type { LoopSlices } from '../time/loop-slices.ts';
import { TaskStatusSource, type Context, type Services, type Viewer } from '../schema/context.ts';
import type { MaybePromise } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import { CompiledOperations } from './compiled-operation.ts';
import { Documents } from './documents/documents.ts';
import { OperationFinder, refusalOf, type PreparedOperation, type ValidOperation } from './operation.ts';
import type { OperationParams } from './params.ts';
import { publicError } from './public-error.ts';
import { responseOf } from './response.ts';
import { boundedResult } from './result-size.ts';

/** A subscription that may begin. */
export interface OpenedSubscription {
  readonly source: TaskStatusSource;
  /** Everything that a result depends on except the task: viewer, operation and the values of its variables. */
  readonly key: string;
  /** The result for one state of a task, as JSON. */
  readonly render: (task: VideoTask) => MaybePromise<string>;
}

/** Each error of a variable repeats the value, which may be as large as the request. */
const maxCoercionErrors = 5;

/** An operation above this takes more than about 5 ms, and gets its own iterations of the event loop. */
const heavyComplexity = 2000;

/** Settings and dependencies of the engine. */
export interface GraphQLEngineOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly log: Logger;
  readonly introspection: boolean;
  /** In the units of `fieldCosts`. */
  readonly maxComplexity: number;
  readonly slices: LoopSlices;
}

/**
 * Executes operations. It knows no transport: every transport prepares an operation once and passes it to `execute` or
 * `subscribe`, so limits, errors and introspection are the same on all.
 */
export class GraphQLEngine {
  readonly schema: GraphQLSchema;
  readonly slices: LoopSlices;
  readonly #services: Services;
  readonly #log: Logger;
  readonly #hideSuggestions: boolean;
  readonly #maxComplexity: number;
  readonly #documents: Documents;
  readonly #finder: OperationFinder;
  readonly #compiled: CompiledOperations;
  /** A number for each document, forgotten together with it. */
  readonly #numbers = new WeakMap<DocumentNode, number>();
  #lastNumber = 0;
  readonly #contexts = new WeakMap<Viewer, Context>();

  constructor({ schema, services, log, introspection, maxComplexity, slices }: GraphQLEngineOptions) {
    this.schema = schema;
    this.slices = slices;
    this.#services = services;
    this.#log = log;
    this.#hideSuggestions = !introspection;
    this.#maxComplexity = maxComplexity;
    this.#documents = new Documents(schema, introspection);
    this.#finder = new OperationFinder(schema, this.#documents);
    this.#compiled = new CompiledOperations((document) => this.#documents.bytesOf(document));
  }

  /** Parses and validates an operation, or finds it in the cache. Never throws on the input of a client. */
  prepare(params: OperationParams): PreparedOperation {
    return this.#finder.prepare(params);
  }

  /** The approximate size of a document in memory, in bytes. */
  bytesOf(document: DocumentNode): number {
    return this.#documents.bytesOf(document);
  }

  /** The error with which `execute` and `subscribe` refuse an operation, before anything is read; null: none. */
  refusalOf(prepared: ValidOperation): GraphQLError | null {
    return refusalOf(prepared, this.#maxComplexity);
  }

  /** The complexity of an operation with its variables, in the units of `fieldCosts`. */
  complexityOf({ operation, params }: ValidOperation): number {
    return operation?.complexityWith(params.variables) ?? 0;
  }

  /** The part of it that its result has. */
  resultComplexityOf({ operation, params }: ValidOperation): number {
    return operation?.resultComplexityWith(params.variables) ?? 0;
  }

  /**
   * Executes a query or mutation. Synchronous where its resolvers are. A result without `data` means that nothing was
   * executed. Its size is not bounded. Never rejects: faults are logged and become errors of the result.
   */
  execute(prepared: ValidOperation, viewer: Viewer): MaybePromise<ExecutionResult> {
    const refusal = this.refusalOf(prepared);
    if (refusal !== null) return { errors: [refusal] };
    const context = this.#contextOf(viewer);
    if (this.complexityOf(prepared) > heavyComplexity) {
      const nextSlice = () => this.slices.next(viewer.owner, prepared.operation?.type === 'query');
      return nextSlice().then(() => this.#execute(prepared, { ...context, nextSlice }));
    }
    return this.#execute(prepared, context);
  }

  /** Resolves the source of a subscription. Errors, faults included, are returned as a result. */
  async subscribe(prepared: ValidOperation, viewer: Viewer): Promise<OpenedSubscription | ExecutionResult> {
    const refusal = this.refusalOf(prepared);
    if (refusal !== null) return { errors: [refusal] };
    const { document, operation, params } = prepared;
    const { operationName } = params;
    const args = validateSubscriptionArgs({
      schema: this.schema,
      document,
      contextValue: this.#contextOf(viewer),
      variableValues: params.variables,
      operationName,
      hideSuggestions: this.#hideSuggestions,
      options: { maxCoercionErrors },
    });
    if (!('schema' in args)) return this.#publicResult({ errors: args });
    const source = await createSourceEventStream(args);
    if (!(source instanceof TaskStatusSource)) return this.#publicResult(source as ExecutionResult);
    const shown = operation?.shownOf(params.variables);
    // Only what the next result needs is kept: there may be 20,000 subscriptions.
    const variables = operation?.declaredOf(params.variables) ?? null;
    return {
      source,
      key: JSON.stringify([
        this.#numberOf(document),
        operationName,
        shown,
        source.id,
        viewer,
        ...(source.filter === null ? [] : [source.filter]),
      ]),
      render: this.#renderer(prepared, variables, this.#contextOf(viewer)),
    };
  }

  /** The same object for every light operation of a viewer. */
  #contextOf(viewer: Viewer): Context {
    let context = this.#contexts.get(viewer);
    if (context === undefined) {
      context = { ...this.#services, viewer };
      this.#contexts.set(viewer, context);
    }
    return context;
  }

  #execute(prepared: ValidOperation, context: Context): MaybePromise<ExecutionResult> {
    const { operation, params } = prepared;
    const fast = this.#compiled.run(operation, undefined, context, params.variables);
    if (fast === null) return this.#executeByGraphQLJs(prepared, context);
    return fast instanceof Promise
      ? fast.then((result) => result ?? this.#executeByGraphQLJs(prepared, context))
      : fast;
  }

  async #executeByGraphQLJs(
    { document, params: { operationName, variables } }: ValidOperation,
    contextValue: Context,
  ): Promise<ExecutionResult> {
    return this.#publicResult(
      await execute({
        schema: this.schema,
        document,
        contextValue,
        variableValues: variables,
        operationName,
        hideSuggestions: this.#hideSuggestions,
        options: { maxCoercionErrors },
      }),
    );
  }

  /**
   * Renders by compiled code; by graphql-js where there is none, and where the result has errors. One closure: there
   * may be 20,000 of them.
   */
  #renderer(
    { document, operation, params: { operationName } }: ValidOperation,
    variables: OperationParams['variables'],
    context: Context,
  ): OpenedSubscription['render'] {
    const isHeavy = (operation?.complexityWith(variables) ?? 0) > heavyComplexity;
    return (task) => {
      const fast = this.#compiled.run(operation, task, context, variables);
      if (fast !== null && !(fast instanceof Promise)) return jsonOf(fast, isHeavy);
      const byGraphQLJs = () => this.#renderByGraphQLJs(document, operationName, variables, context, task);
      if (fast === null) return byGraphQLJs();
      return fast.then((result) => (result === null ? byGraphQLJs() : jsonOf(result, isHeavy)));
    };
  }

  #renderByGraphQLJs(
    document: DocumentNode,
    operationName: string | null,
    variables: OperationParams['variables'],
    contextValue: Context,
    rootValue: VideoTask,
  ): MaybePromise<string> {
    const args = validateSubscriptionArgs({
      schema: this.schema,
      document,
      contextValue,
      variableValues: variables,
      operationName,
      rootValue,
      hideSuggestions: this.#hideSuggestions,
    });
    const result = 'schema' in args ? executeSubscriptionEvent(args) : { errors: args };
    const write = (executed: ExecutionResult) =>
      JSON.stringify(responseOf(boundedResult(this.#publicResult(executed))));
    return result instanceof Promise ? result.then(write) : write(result);
  }

  /** The number of a document in keys: equal queries share a document. */
  #numberOf(document: DocumentNode): number {
    let number = this.#numbers.get(document);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(document, number);
    }
    return number;
  }

  /** A result with its errors as callers may see them. */
  #publicResult(result: ExecutionResult): ExecutionResult {
    if (result.errors === undefined) return result;
    return {
      ...result,
      errors: result.errors.map((error) =>
        publicError(error, 'execute', (cause) =>
          this.#log.error({ err: cause, path: error.path }, 'a resolver failed'),
        ),
      ),
    };
  }
}

const jsonOf = (result: ExecutionResult, isHeavy: boolean): string =>
  JSON.stringify(isHeavy ? boundedResult(result) : result);
