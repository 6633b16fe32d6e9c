import {
  createSourceEventStream,
  execute,
  executeSubscriptionEvent,
  getOperationAST,
  validateSubscriptionArgs,
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import type { LoopSlices } from '../time/loop-slices.ts';
import { TaskStatusSource, type Context, type Services, type Viewer } from '../schema/context.ts';
import { codedError, maskError } from '../schema/errors.ts';
import { boundExceededBy, maxJsonDepth, maxJsonKeys } from '../schema/json-depth.ts';
import type { MaybePromise } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import { boundedResult } from './answer-size.ts';
import { CompiledOperation, CompiledOperations } from './compiled-operation.ts';
import { Documents, type Prepared } from './documents.ts';

/** An operation as a client sends it, on any transport. */
export interface OperationParams {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** A subscription that may begin. */
export interface OpenedSubscription {
  readonly source: TaskStatusSource;
  /** Everything that a result depends on beside the task: who asks, what, and with which values. */
  readonly key: string;
  /** The result for one state of a task, as JSON text. */
  readonly render: (task: VideoTask) => MaybePromise<string>;
}

/** Each error of a variable repeats the value, which may be as large as the request. */
const maxCoercionErrors = 5;

/** What takes longer than some 5 ms gets iterations of the event loop of its own. */
const heavyComplexity = 2000;

/** What `Operations` needs. */
export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly log: Logger;
  readonly introspection: boolean;
  /** In the units of `fieldCosts`. */
  readonly maxComplexity: number;
  readonly slices: LoopSlices;
}

/** What runs operations. Every transport comes through here, so limits, masking and introspection are alike on all. */
export class Operations {
  readonly schema: GraphQLSchema;
  readonly #services: Services;
  readonly #log: Logger;
  readonly #hideSuggestions: boolean;
  readonly #maxComplexity: number;
  readonly slices: LoopSlices;
  readonly #documents: Documents;
  /** By document, so that what is forgotten there is forgotten here. */
  readonly #numbers = new WeakMap<DocumentNode, number>();
  #lastNumber = 0;
  readonly #contexts = new WeakMap<Viewer, Context>();
  readonly #compiled: CompiledOperations;
  /** By document and name. */
  readonly #operations = new WeakMap<DocumentNode, Map<string | null, CompiledOperation>>();

  constructor({ schema, services, log, introspection, maxComplexity, slices }: OperationsOptions) {
    this.schema = schema;
    this.#services = services;
    this.#log = log;
    this.#hideSuggestions = !introspection;
    this.#maxComplexity = maxComplexity;
    this.slices = slices;
    this.#documents = new Documents(schema, introspection);
    this.#compiled = new CompiledOperations((document) => this.#documents.bytesOf(document));
  }

  /** Parses and validates a text, or remembers it. Never throws on what a client sent. */
  prepare(query: string): Prepared {
    return this.#documents.prepare(query);
  }

  /** About how many bytes a document keeps for as long as something holds it. */
  bytesOf(document: DocumentNode): number {
    return this.#documents.bytesOf(document);
  }

  /**
   * Why an operation of a valid text is not executed, if it is not: its variables or what it comes to. Nothing was
   * read by then. `execute` and `subscribe` refuse the same.
   */
  refusalOf(document: DocumentNode, { operationName, variables }: OperationParams): GraphQLError | null {
    return this.#refusalOf(this.#operationOf(document, operationName), variables);
  }

  #refusalOf(
    operation: CompiledOperation | null,
    variables: OperationParams['variables'],
  ): GraphQLError | null {
    const exceeded = variables === null ? null : boundExceededBy(variables, maxJsonDepth + 1);
    if (exceeded !== null) {
      const bound =
        exceeded === 'levels'
          ? `are at most ${maxJsonDepth} levels deep`
          : `have at most ${maxJsonKeys} keys`;
      return codedError('BAD_INPUT', `Variables ${bound}.`);
    }
    const complexity = operation?.complexityWith(variables) ?? 0;
    if (complexity <= this.#maxComplexity) return null;
    const message =
      `The operation has a complexity of ${complexity}; the limit is ${this.#maxComplexity}. ` +
      'Ask for smaller pages or fewer fields at once.';
    return codedError('LIMIT_EXCEEDED', message);
  }

  /** Whether an operation of a valid text is a query, a mutation or a subscription; null when it names none. */
  typeOf(document: DocumentNode, operationName: string | null): OperationTypeNode | null {
    return this.#operationOf(document, operationName)?.type ?? null;
  }

  /** The same for every light operation of a viewer. */
  contextOf(viewer: Viewer): Context {
    let context = this.#contexts.get(viewer);
    if (context === undefined) {
      context = { ...this.#services, viewer };
      this.#contexts.set(viewer, context);
    }
    return context;
  }

  /** Runs a query or mutation. Answers at once where its resolvers do. */
  execute(document: DocumentNode, params: OperationParams, viewer: Viewer): MaybePromise<ExecutionResult> {
    const operation = this.#operationOf(document, params.operationName);
    const refusal = this.#refusalOf(operation, params.variables);
    if (refusal !== null) return { errors: [refusal] };
    const contextValue = this.contextOf(viewer);
    if (operation !== null && operation.complexityWith(params.variables) > heavyComplexity) {
      const nextSlice = () => this.slices.next(viewer.owner, operation.type === 'query');
      return nextSlice()
        .then(() => this.#execute(operation, document, params, { ...contextValue, nextSlice }))
        .then(boundedResult);
    }
    return this.#execute(operation, document, params, contextValue);
  }

  #execute(
    operation: CompiledOperation | null,
    document: DocumentNode,
    params: OperationParams,
    contextValue: Context,
  ): MaybePromise<ExecutionResult> {
    const fast = this.#compiled.run(operation, undefined, contextValue, params.variables);
    if (fast === null) return this.#executeSlowly(document, params, contextValue);
    return fast instanceof Promise
      ? fast.then((result) => result ?? this.#executeSlowly(document, params, contextValue))
      : fast;
  }

  async #executeSlowly(
    document: DocumentNode,
    { operationName, variables }: OperationParams,
    contextValue: Context,
  ): Promise<ExecutionResult> {
    const { schema } = this;
    const hideSuggestions = this.#hideSuggestions;
    return this.mask(
      await execute({
        schema,
        document,
        contextValue,
        variableValues: variables,
        operationName,
        hideSuggestions,
        options: { maxCoercionErrors },
      }),
    );
  }

  /** Resolves what a subscription asks for; answers errors as a result. */
  async subscribe(
    document: DocumentNode,
    params: OperationParams,
    viewer: Viewer,
  ): Promise<OpenedSubscription | ExecutionResult> {
    const refusal = this.refusalOf(document, params);
    if (refusal !== null) return { errors: [refusal] };
    const args = validateSubscriptionArgs({
      schema: this.schema,
      document,
      contextValue: this.contextOf(viewer),
      variableValues: params.variables,
      operationName: params.operationName,
      hideSuggestions: this.#hideSuggestions,
      options: { maxCoercionErrors },
    });
    if (!('schema' in args)) return this.mask({ errors: args });
    const source = await createSourceEventStream(args);
    if (!(source instanceof TaskStatusSource)) return this.mask(source as ExecutionResult);
    // Only what is needed for the next result is kept: there may be 20,000 of these.
    const { operationName } = params;
    const operation = this.#operationOf(document, operationName);
    const asked = { query: '', operationName, variables: operation?.declaredOf(params.variables) ?? null };
    return {
      source,
      key: this.#keyOf(document, [operationName, operation?.shownOf(params.variables), source.id, viewer]),
      render: this.#renderer(document, asked, viewer),
    };
  }

  /** Renders by compiled code; by graphql-js where there is none, and where there are errors to tell. */
  #renderer(document: DocumentNode, params: OperationParams, viewer: Viewer): OpenedSubscription['render'] {
    const { operationName, variables } = params;
    const operation = this.#operationOf(document, operationName);
    const contextValue = this.contextOf(viewer);
    const isHeavy = (operation?.complexityWith(variables) ?? 0) > heavyComplexity;
    const write = (result: ExecutionResult) => JSON.stringify(isHeavy ? boundedResult(result) : result);
    return (task) => {
      const fast = this.#compiled.run(operation, task, contextValue, variables);
      if (fast === null) return this.#renderSlowly(document, operationName, variables, contextValue, task);
      return fast instanceof Promise
        ? fast.then((result) =>
            result === null
              ? this.#renderSlowly(document, operationName, variables, contextValue, task)
              : write(result),
          )
        : write(fast);
    };
  }

  #renderSlowly(
    document: DocumentNode,
    operationName: string | null,
    variableValues: OperationParams['variables'],
    contextValue: Context,
    rootValue: VideoTask,
  ): MaybePromise<string> {
    const { schema } = this;
    const args = validateSubscriptionArgs({
      schema,
      document,
      contextValue,
      variableValues,
      operationName,
      rootValue,
      hideSuggestions: this.#hideSuggestions,
    });
    const result = 'schema' in args ? executeSubscriptionEvent(args) : { errors: args };
    return result instanceof Promise ? result.then((settled) => this.#toText(settled)) : this.#toText(result);
  }

  /** A document stands for its text: who sends the same text gets the same one. */
  #keyOf(document: DocumentNode, rest: readonly unknown[]): string {
    let number = this.#numbers.get(document);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(document, number);
    }
    return JSON.stringify([number, ...rest]);
  }

  /** A result with the errors that a caller may see. */
  mask(result: ExecutionResult): ExecutionResult {
    if (result.errors === undefined) return result;
    return {
      ...result,
      errors: result.errors.map((error) =>
        maskError(error, (cause) => this.#log.error({ err: cause, path: error.path }, 'a resolver failed')),
      ),
    };
  }

  /** Null for a name that the document lacks, or without one where it has several. */
  #operationOf(document: DocumentNode, operationName: string | null): CompiledOperation | null {
    let byName = this.#operations.get(document);
    if (byName === undefined) {
      byName = new Map();
      this.#operations.set(document, byName);
    }
    const known = byName.get(operationName);
    if (known !== undefined) return known;
    const definition = getOperationAST(document, operationName);
    // What is not there is not remembered: a client could send any number of names.
    if (!definition) return null;
    const operation = new CompiledOperation(this.schema, document, definition);
    byName.set(operationName, operation);
    return operation;
  }

  #toText(result: ExecutionResult): string {
    return JSON.stringify(formatted(boundedResult(this.mask(result))));
  }
}

/** A result as GraphQL over HTTP and graphql-transport-ws have it on the wire. */
export function formatted(result: ExecutionResult): FormattedExecutionResult {
  const { errors, data, extensions } = result;
  if (errors === undefined && extensions === undefined && data !== undefined) return { data };
  return {
    ...(errors && { errors: errors.map((error): GraphQLFormattedError => error.toJSON()) }),
    ...(data !== undefined && { data }),
    ...(extensions && { extensions }),
  };
}
