import {
  createSourceEventStream,
  execute,
  executeSubscriptionEvent,
  GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  validateSubscriptionArgs,
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import { TaskStatusSource, type Context, type Services, type Viewer } from '../schema/context.ts';
import { codedError, maskError } from '../schema/errors.ts';
import type { MaybePromise } from '../store/store.ts';
import type { VideoTask } from '../store/video-task.ts';
import { CompiledOperation } from './compiled.ts';
import { limitErrors, maxTokens } from './limits.ts';

/** An operation as a client sends it, on any transport. */
export interface OperationParams {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** A text that was parsed and validated, or what is wrong with it. */
export type Prepared =
  | { readonly kind: 'valid'; readonly document: DocumentNode }
  | { readonly kind: 'invalid'; readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }
  | { readonly kind: 'unreadable'; readonly errors: readonly [GraphQLError] };

/** A subscription that may begin. */
export interface OpenedSubscription {
  readonly source: TaskStatusSource;
  /** Everything that a result depends on beside the task: who asks, what, and with which values. */
  readonly key: string;
  /** The result for one state of a task, as JSON text. */
  readonly render: (task: VideoTask) => MaybePromise<string>;
}

/** How many texts are remembered: clients send a handful each, over and over. */
const rememberedTexts = 1000;
/** Longer ones are read anew each time: what is remembered stays under 16 MB, whoever sends what. */
const longestRemembered = 16_384;

/** What runs operations. Every transport comes through here, so limits, masking and introspection are alike on all. */
export class Operations {
  readonly schema: GraphQLSchema;
  readonly #services: Services;
  readonly #log: Logger;
  readonly #introspection: boolean;
  readonly #rules;
  readonly #prepared = new Map<string, Prepared>();
  /** By document, so that what is forgotten there is forgotten here. */
  readonly #numbers = new WeakMap<DocumentNode, number>();
  #lastNumber = 0;
  readonly #contexts = new WeakMap<Viewer, Context>();
  /** By document and name. */
  readonly #compiled = new WeakMap<DocumentNode, Map<string | null, CompiledOperation>>();

  constructor(options: { schema: GraphQLSchema; services: Services; log: Logger; introspection: boolean }) {
    this.schema = options.schema;
    this.#services = options.services;
    this.#log = options.log;
    this.#introspection = options.introspection;
    this.#rules = [...specifiedRules, ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /** Parses and validates a text, or remembers it. Never throws on what a client sent. */
  prepare(query: string): Prepared {
    const known = this.#prepared.get(query);
    if (known !== undefined) return known;
    const prepared = this.#prepare(query);
    if (query.length > longestRemembered) return prepared;
    if (this.#prepared.size >= rememberedTexts) {
      const oldest = this.#prepared.keys().next();
      if (!oldest.done) this.#prepared.delete(oldest.value);
    }
    this.#prepared.set(query, prepared);
    return prepared;
  }

  /** Whether an operation of a valid text is a query, a mutation or a subscription; null when it names none. */
  typeOf(document: DocumentNode, operationName: string | null): OperationTypeNode | null {
    return this.#operationOf(document, operationName)?.type ?? null;
  }

  /** The same for every operation of a viewer. */
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
    const contextValue = this.contextOf(viewer);
    const operation = this.#operationOf(document, params.operationName);
    const fast = operation?.run(undefined, contextValue, params.variables) ?? null;
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
    return this.mask(
      await execute({ schema, document, contextValue, variableValues: variables, operationName }),
    );
  }

  /** Resolves what a subscription asks for; answers errors as a result. */
  async subscribe(
    document: DocumentNode,
    params: OperationParams,
    viewer: Viewer,
  ): Promise<OpenedSubscription | ExecutionResult> {
    const contextValue = this.contextOf(viewer);
    const args = validateSubscriptionArgs({
      schema: this.schema,
      document,
      contextValue,
      variableValues: params.variables,
      operationName: params.operationName,
    });
    if (!('schema' in args)) return this.mask({ errors: args });
    const source = await createSourceEventStream(args);
    if (!(source instanceof TaskStatusSource)) return this.mask(source as ExecutionResult);
    return {
      source,
      key: this.#keyOf(document, params, viewer),
      render: this.#renderer(document, params, viewer),
    };
  }

  /** Renders by compiled code; by graphql-js where there is none, and where there are errors to tell. */
  #renderer(document: DocumentNode, params: OperationParams, viewer: Viewer): OpenedSubscription['render'] {
    const { operationName, variables } = params;
    const operation = this.#operationOf(document, operationName);
    const contextValue = this.contextOf(viewer);
    // Only what is needed for the next result is kept: there may be 20,000 of these.
    return (task) => {
      const fast = operation?.run(task, contextValue, variables) ?? null;
      if (fast === null) return this.#renderSlowly(document, operationName, variables, contextValue, task);
      return fast instanceof Promise
        ? fast.then((result) =>
            result === null
              ? this.#renderSlowly(document, operationName, variables, contextValue, task)
              : JSON.stringify(result),
          )
        : JSON.stringify(fast);
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
    });
    const result = 'schema' in args ? executeSubscriptionEvent(args) : { errors: args };
    return result instanceof Promise ? result.then((settled) => this.#toText(settled)) : this.#toText(result);
  }

  /** A document stands for its text: who sends the same text gets the same one. */
  #keyOf(document: DocumentNode, { operationName, variables }: OperationParams, viewer: Viewer): string {
    let number = this.#numbers.get(document);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(document, number);
    }
    return JSON.stringify([number, operationName, variables, viewer]);
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
    let byName = this.#compiled.get(document);
    if (byName === undefined) {
      byName = new Map();
      this.#compiled.set(document, byName);
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
    return JSON.stringify(formatted(this.mask(result)));
  }

  #prepare(query: string): Prepared {
    try {
      const document = parse(query, { maxTokens });
      const exceeded = limitErrors(document);
      if (exceeded.length > 0) return { kind: 'invalid', errors: exceeded, document };
      const errors = validate(this.schema, document, this.#rules, {
        maxErrors: 20,
        // "Did you mean" would tell what introspection does not.
        hideSuggestions: !this.#introspection,
      });
      return errors.length > 0
        ? {
            kind: 'invalid',
            errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')),
            document,
          }
        : { kind: 'valid', document };
    } catch (error) {
      // graphql-js reads brackets within brackets by recursion, and there is an end to that.
      if (error instanceof RangeError) return { kind: 'unreadable', errors: [tooDeep()] };
      if (!(error instanceof GraphQLError)) throw error;
      const tooLong = /more than \d+ tokens/.test(error.message);
      return {
        kind: 'unreadable',
        errors: [withCode(error, tooLong ? 'LIMIT_EXCEEDED' : 'GRAPHQL_PARSE_FAILED')],
      };
    }
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

const tooDeep = () => codedError('LIMIT_EXCEEDED', 'The text has too many brackets within brackets.');

function withCode(error: GraphQLError, code: string): GraphQLError {
  return typeof error.extensions['code'] === 'string'
    ? error
    : new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        extensions: { ...error.extensions, code },
      });
}
