import { GraphQLError } from 'graphql';
import { cannotKeepMessage, StorageError } from '../media/storage-error.ts';
import { StoreUnavailableError, UnknownOutcomeError } from '../store/errors.ts';

const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'INTERNAL',
  // The name that Apollo's clients expect.
  'PERSISTED_QUERY_NOT_SUPPORTED',
] as const;
/** Codes of `extensions.code`. Errors that callers can fix in an input are rows of `userErrors` instead. */
export type ErrorCode = (typeof errorCodes)[number];

/** True if a string is one of the codes. */
export const isErrorCode = (name: string): name is ErrorCode => errorCodes.some((code) => code === name);

/** An error that is sent to the caller unchanged. */
export const codedError = (code: ErrorCode, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code } });

/** Longer messages repeat what the caller sent, which may be as large as the request. */
const longestMessage = 1000;

/** A message for the caller, without the rest of a long one. */
export const shortMessage = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()}…`;

/** The message of an internal error: no detail of it. */
const internalMessage = 'Internal error of the server. The operator finds the cause in the log.';

/** The message while the database is away. */
const unavailableMessage = 'The database of this server cannot be used now. Try again shortly.';

/** The message where the database was lost at the moment of a commit, and did not come back in time. */
const unknownMessage =
  'It is not known whether this was done: the database of this server was lost at that moment. ' +
  'Repeat a call that had an `idempotencyKey`, with the same key: nothing is done twice. Without one, look at your tasks first.';

/** The message for the caller of a fault of this server. */
export function faultMessage(error: unknown): string {
  if (error instanceof StorageError) return cannotKeepMessage;
  if (error instanceof UnknownOutcomeError) return unknownMessage;
  return error instanceof StoreUnavailableError ? unavailableMessage : internalMessage;
}
