import type { ExecutionResult, FormattedExecutionResult, GraphQLFormattedError } from 'graphql';

/** A result as GraphQL over HTTP and graphql-transport-ws write it. */
export function responseOf(result: ExecutionResult): FormattedExecutionResult {
  const { errors, data, extensions } = result;
  if (errors === undefined && extensions === undefined && data !== undefined) return { data };
  return {
    ...(errors && { errors: errors.map((error): GraphQLFormattedError => error.toJSON()) }),
    ...(data !== undefined && { data }),
    ...(extensions && { extensions }),
  };
}
