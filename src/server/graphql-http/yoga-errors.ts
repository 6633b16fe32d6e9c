import { GraphQLError, type ExecutionResult } from 'graphql';
import { internalMessage, isErrorCode, type ErrorCode } from '../../schema/errors.ts';

/** Yoga's own words for what is wrong with a request, in ours. */
const codes: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_INPUT',
};

/** Yoga writes the status of an answer into its errors: what others remember is copied first. */
export const copyOf = (error: GraphQLError): GraphQLError => withExtensions(error, { ...error.extensions });

/**
 * A result of Yoga's with the codes of this server. Where nothing was executed, the media type that tells so gets
 * status 400 (GraphQL over HTTP, 2025-09: `application/graphql-response+json` without data).
 *
 * @param report hears faults that are ours, whole
 */
export function inOurWords<T extends ExecutionResult>(result: T, report: (cause: unknown) => void): T {
  if (result.errors === undefined) return result;
  const executed = result.data !== undefined;
  return { ...result, errors: result.errors.map((error) => reworded(error, executed, report)) };
}

function reworded(error: GraphQLError, executed: boolean, report: (cause: unknown) => void): GraphQLError {
  const { code, http } = error.extensions;
  if (error.originalError !== undefined && !(error.originalError instanceof GraphQLError)) {
    report(error.originalError);
    return new GraphQLError(internalMessage, { extensions: { code: 'INTERNAL', http: { status: 500 } } });
  }
  const known = typeof code === 'string' ? (isErrorCode(code) ? code : codes[code]) : undefined;
  // By `spec` Yoga answers 200 to those who accept `application/json`; what is no operation at all is 400 to all.
  const isOperation = code !== undefined && code !== 'BAD_REQUEST';
  return withExtensions(error, {
    code: known ?? 'BAD_INPUT',
    ...(!executed && {
      http: { status: 400, ...http, spec: isOperation && (http === undefined || http.spec === true) },
    }),
  });
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
