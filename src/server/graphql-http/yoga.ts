import { GraphQLError, type ExecutionArgs } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Viewer } from '../../schema/context.ts';
import { codedError } from '../../schema/errors.ts';
import type { OperationParams, Operations } from '../../graphql/operations.ts';
import { copyOf, inOurWords } from './yoga-errors.ts';

/** What the HTTP server hands to Yoga beside the request. */
export interface YogaContext {
  readonly viewer: Viewer;
  /** The operation as it was read, or what is wrong with it. */
  readonly operation: OperationParams | GraphQLError;
}

/**
 * Yoga answers in the media types and with the statuses of GraphQL over HTTP; reading requests, validation, execution
 * and masking are those of every transport.
 */
export function createGraphQLHandler(operations: Operations, log: Logger) {
  const ours: Plugin<YogaContext, YogaContext> = {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      const { operation } = serverContext;
      setRequestParser(() => {
        if (operation instanceof GraphQLError) throw unreadable(operation);
        const { query, operationName, variables } = operation;
        return {
          query,
          ...(operationName !== null && { operationName }),
          ...(variables !== null && { variables: { ...variables } }),
        };
      });
    },
    onParse: ({ params, setParseFn }) => {
      setParseFn(() => {
        const prepared = operations.prepare(textOf(params.source));
        if (prepared.kind === 'unreadable') throw copyOf(prepared.errors[0]);
        return prepared.document;
      });
    },
    onValidate: ({ context, setValidationFn }) => {
      setValidationFn(() => {
        const prepared = operations.prepare(context.params.query ?? '');
        return prepared.kind === 'valid' ? [] : prepared.errors.map(copyOf);
      });
    },
    onExecute: ({ setExecuteFn }) => {
      setExecuteFn(({ document, operationName, variableValues, contextValue }: ExecutionArgs) => {
        const params = { query: '', operationName: operationName ?? null, variables: variableValues ?? null };
        return operations.execute(document, params, (contextValue as YogaContext).viewer);
      });
    },
    onSubscribe: ({ setResultAndStopExecution }) => {
      setResultAndStopExecution({ errors: [streamsElsewhere()] });
    },
    onResultProcess: (event) => {
      const { result } = event;
      const report = (cause: unknown) => log.error({ err: cause }, 'a request failed');
      if (!Array.isArray(result) && 'errors' in result) event.setResult(inOurWords(result, report));
    },
  };
  return createYoga<YogaContext>({
    schema: operations.schema,
    plugins: [ours],
    logging: {
      debug: (...parts) => log.debug({ parts }, 'graphql'),
      info: (...parts) => log.info({ parts }, 'graphql'),
      warn: (...parts) => log.warn({ parts }, 'graphql'),
      error: (...parts) => log.error({ parts }, 'graphql'),
    },
    // Errors are masked where operations run, alike on every transport.
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

/** No operation at all is 400 whatever is accepted; an operation that is refused is 200 to `application/json`. */
function unreadable(error: GraphQLError): GraphQLError {
  const spec = error.extensions['code'] === 'PERSISTED_QUERY_NOT_SUPPORTED';
  return new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status: 400, spec } },
  });
}

const textOf = (source: unknown): string =>
  typeof source === 'string' ? source : (source as { body: string }).body;

const streamsElsewhere = () =>
  codedError('BAD_INPUT', 'A subscription wants a WebSocket, or the header "accept: text/event-stream".');
