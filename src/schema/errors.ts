import { GraphQLError } from 'graphql';
import { cannotKeepMessage, StorageError } from '../media/storage-error.ts';

const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'INTERNAL',
  // Not ours: Apollo's clients know it by this name.
  'PERSISTED_QUERY_NOT_SUPPORTED',
] as const;
/** Codes of `extensions.code`; what callers can mend in an input is a row of `userErrors` instead. */
export type ErrorCode = (typeof errorCodes)[number];

/** Whether a text is one of the codes. */
export const isErrorCode = (text: string): text is ErrorCode => errorCodes.some((code) => code === text);

/** An error that is told to the caller as it is. */
export const codedError = (code: ErrorCode, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code } });

/** Longer messages repeat what the caller sent, which may be as large as the request. */
const longestMessage = 1000;

/** A message for the caller, without the rest of a long one. */
export const shortMessage = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()}…`;

/** What a caller learns of a fault of ours: nothing of its inside. */
export const internalMessage = 'Something went wrong on our side. The operator finds it in the log.';

/**
 * An error as callers may see it. Alike on every transport.
 *
 * @param report hears the faults that are ours, whole
 */
export function maskError(error: GraphQLError, report: (cause: unknown) => void): GraphQLError {
  const { message, nodes, source, positions, path, extensions } = error;
  const told = error.originalError === undefined || error.originalError instanceof GraphQLError;
  if (told) {
    const hasCode = typeof extensions['code'] === 'string';
    const short = shortMessage(message);
    if (hasCode && short === message) return error;
    return new GraphQLError(short, {
      nodes: nodes ?? null,
      source: source ?? null,
      positions: positions ?? null,
      path: path ?? null,
      // graphql-js itself complains of values that do not fit their types.
      extensions: hasCode ? extensions : { ...extensions, code: 'BAD_INPUT' },
    });
  }
  report(error.originalError);
  const isStorage = error.originalError instanceof StorageError;
  return new GraphQLError(isStorage ? cannotKeepMessage : internalMessage, {
    nodes: nodes ?? null,
    path: path ?? null,
    extensions: { code: 'INTERNAL' },
  });
}

/** The message for a fault of ours, without any detail of it. */
export const faultMessage = (error: unknown): string =>
  error instanceof StorageError ? cannotKeepMessage : internalMessage;
