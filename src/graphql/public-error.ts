import { GraphQLError } from 'graphql';
import { faultMessage, isErrorCode, shortMessage, type ErrorCode } from '../schema/errors.ts';

/** The step in which an error arose; it decides the code of an error that has none. */
export type Step = 'parse' | 'validate' | 'execute';

const codeOfStep: Readonly<Record<Step, ErrorCode>> = {
  parse: 'GRAPHQL_PARSE_FAILED',
  validate: 'GRAPHQL_VALIDATION_FAILED',
  // Raised by graphql-js for values that do not fit their types.
  execute: 'BAD_INPUT',
};

/** Codes of Yoga, for requests that are no valid operation. */
const codeOfYoga: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_INPUT',
};

/** True if an error is a fault of this server: thrown by a resolver or a module below, not raised for the caller. */
const isFault = (error: unknown): boolean =>
  !(error instanceof GraphQLError) ||
  (error.originalError !== undefined && !(error.originalError instanceof GraphQLError));

/** The code of an error: the one mapping of all transports. */
export function codeOf(error: unknown, step: Step): ErrorCode {
  if (isFault(error)) return 'INTERNAL';
  const { message, extensions } = error as GraphQLError;
  const { code } = extensions;
  if (typeof code === 'string') return isErrorCode(code) ? code : (codeOfYoga[code] ?? 'BAD_INPUT');
  // graphql-js has no other sign of its limit.
  if (step === 'parse' && /more than \d+ tokens/.test(message)) return 'LIMIT_EXCEEDED';
  return codeOfStep[step];
}

/**
 * An error as callers may see it: with its code, a message of bounded length and no detail of a fault. The same object
 * if nothing has to change.
 *
 * @param report called once with the cause of a fault, whole
 */
export function publicError(error: unknown, step: Step, report: (cause: unknown) => void): GraphQLError {
  const code = codeOf(error, step);
  if (isFault(error)) {
    const cause = error instanceof GraphQLError ? error.originalError : error;
    const { nodes, path } = error instanceof GraphQLError ? error : {};
    report(cause);
    return new GraphQLError(faultMessage(cause), {
      nodes: nodes ?? null,
      path: path ?? null,
      extensions: { code },
    });
  }
  const known = error as GraphQLError;
  const message = shortMessage(known.message);
  if (known.extensions['code'] === code && message === known.message) return known;
  return new GraphQLError(message, {
    nodes: known.nodes ?? null,
    source: known.source ?? null,
    positions: known.positions ?? null,
    path: known.path ?? null,
    extensions: { ...known.extensions, code },
  });
}
