import { GraphQLError, type ExecutionResult } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Executor } from '../../graphql/executor.ts';
import type { PreparedOperation } from '../../graphql/operation.ts';
import type { Caller } from '../../graphql/response-room.ts';
import type { Viewer } from '../../schema/context.ts';
import { codedError } from '../../schema/errors.ts';
import { copyOf, withHttpStatus } from './yoga-errors.ts';

/** The context that the HTTP transport passes to Yoga. */
export interface YogaContext {
  readonly viewer: Viewer;
  readonly caller: Caller;
  /** The operation as it was parsed and validated, or the error of the request. */
  readonly operation: PreparedOperation | GraphQLError;
  /** The result, if the operation was executed already. */
  readonly result: ExecutionResult | null;
}

/**
 * Yoga as the writer of responses: it chooses media types and statuses of GraphQL over HTTP. Reading, validation,
 * execution and errors are those of the engine; nothing is done twice.
 */
export function createGraphQLHandler(engine: GraphQLEngine, executor: Executor, log: Logger) {
  const plugin: Plugin<YogaContext, YogaContext> = {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      const { operation } = serverContext;
      setRequestParser(() => {
        if (operation instanceof GraphQLError) throw unreadable(operation);
        const { query, operationName, variables } = operation.params;
        return {
          query,
          ...(operationName !== null && { operationName }),
          ...(variables !== null && { variables: { ...variables } }),
        };
      });
    },
    onParse: ({ context, setParseFn }) => {
      setParseFn(() => {
        const operation = operationIn(context);
        if (operation.kind === 'unreadable') throw copyOf(operation.errors[0]);
        return operation.document;
      });
    },
    onValidate: ({ context, setValidationFn }) => {
      setValidationFn(() => {
        const operation = operationIn(context);
        return operation.kind === 'valid' ? [] : operation.errors.map(copyOf);
      });
    },
    onExecute: ({ args, setExecuteFn }) => {
      setExecuteFn(() => {
        const context = args.contextValue as YogaContext;
        const operation = operationIn(context);
        if (operation.kind !== 'valid') throw new Error('Yoga executes an operation that is not valid');
        if (context.result !== null) return context.result;
        return executor.execute(operation, context.viewer, context.caller);
      });
    },
    onSubscribe: ({ setResultAndStopExecution }) => {
      setResultAndStopExecution({ errors: [streamsElsewhere()] });
    },
    onResultProcess: (event) => {
      const { result } = event;
      const report = (cause: unknown) => log.error({ err: cause }, 'a request failed');
      if (!Array.isArray(result) && 'errors' in result) event.setResult(withHttpStatus(result, report));
    },
  };
  return createYoga<YogaContext>({
    schema: engine.schema,
    plugins: [plugin],
    logging: {
      debug: (...parts) => log.debug({ parts }, 'graphql'),
      info: (...parts) => log.info({ parts }, 'graphql'),
      warn: (...parts) => log.warn({ parts }, 'graphql'),
      error: (...parts) => log.error({ parts }, 'graphql'),
    },
    // Faults are masked by the engine, alike on every transport.
    maskedErrors: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: false,
    parserAndValidationCache: false,
    multipart: false,
    maxRequestBodySize: false,
  });
}

/** A request that is no operation is 400 for every media type; a refused operation is 200 for `application/json`. */
function unreadable(error: GraphQLError): GraphQLError {
  const spec = error.extensions['code'] === 'PERSISTED_QUERY_NOT_SUPPORTED';
  return new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status: 400, spec } },
  });
}

/** Every request that reaches a later step was read as an operation. */
function operationIn(context: object): PreparedOperation {
  const { operation } = context as YogaContext;
  if (operation instanceof GraphQLError) throw operation;
  return operation;
}

const streamsElsewhere = () =>
  codedError(
    'BAD_INPUT',
    'A subscription must be sent over WebSocket, or with the header "accept: text/event-stream".',
  );
