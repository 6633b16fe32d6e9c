import type { ExecutionArgs } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Viewer } from '../schema/context.ts';
import { codedError } from '../schema/errors.ts';
import type { Operations } from './operations.ts';
import { copyOf, inOurWords } from './yoga-errors.ts';

/** What the HTTP server hands to Yoga beside the request. */
export interface YogaContext {
  readonly viewer: Viewer;
}

/** Yoga speaks GraphQL over HTTP; parsing, validation, execution and masking are those of every transport. */
export function createGraphQLHandler(operations: Operations, log: Logger, maxBodyBytes: number) {
  const ours: Plugin<YogaContext> = {
    onParams: (event) => {
      // What other servers know beside the four parameters is left alone, as on every transport.
      event.setParams(onlyKnown(event.params));
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
    maxRequestBodySize: maxBodyBytes,
  });
}

/** Without a query they may be misspelled: Yoga complains of what it does not know. */
function onlyKnown(params: GraphQLParams): GraphQLParams {
  if (typeof (params as GraphQLParams | null)?.query !== 'string') return params;
  const { query, operationName, variables, extensions } = params;
  return {
    ...(query !== undefined && { query }),
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

const textOf = (source: unknown): string =>
  typeof source === 'string' ? source : (source as { body: string }).body;

const streamsElsewhere = () =>
  codedError('BAD_INPUT', 'A subscription wants a WebSocket, or the header "accept: text/event-stream".');
