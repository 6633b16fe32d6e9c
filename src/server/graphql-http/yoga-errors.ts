import { GraphQLError, type ExecutionResult } from 'graphql';
import { codeOf, publicError } from '../../graphql/public-error.ts';

/** A copy of an error: Yoga writes statuses into the errors of a response, and cached errors are shared. */
export const copyOf = (error: GraphQLError): GraphQLError => withExtensions(error, { ...error.extensions });

/**
 * A result of Yoga with public errors, and the status of a response without data: 400 for the media type that has
 * statuses (GraphQL over HTTP, 2025-09: `application/graphql-response+json`), 500 for a fault.
 *
 * @param report called with the cause of each fault, whole
 */
export function withHttpStatus<T extends ExecutionResult>(result: T, report: (cause: unknown) => void): T {
  if (result.errors === undefined) return result;
  const wasExecuted = result.data !== undefined;
  return {
    ...result,
    errors: result.errors.map((error) => {
      const shown = publicError(error, 'execute', report);
      const code = codeOf(error, 'execute');
      const isFault = shown !== error && code === 'INTERNAL';
      if (isFault) return withExtensions(shown, { code, http: { status: 500 } });
      const http = wasExecuted ? undefined : httpOf(error);
      return withExtensions(shown, { code, ...(http !== undefined && { http }) });
    }),
  };
}

/** By `spec` Yoga answers 200 to clients that accept `application/json`; a request that is no operation is 400 to all. */
function httpOf({ extensions: { code, http } }: GraphQLError) {
  const isOperation = code !== undefined && code !== 'BAD_REQUEST';
  return { status: 400, ...http, spec: isOperation && (http === undefined || http.spec === true) };
}

const withExtensions = (
  { message, nodes, source, positions, path }: GraphQLError,
  extensions: GraphQLError['extensions'],
): GraphQLError =>
  new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
