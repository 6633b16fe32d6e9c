import type { GraphQLError } from 'graphql';
import { codedError } from '../schema/errors.ts';

/** An operation as a client sends it, on any transport. */
export interface OperationParams {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/**
 * Reads an operation as every transport carries it. Unknown keys are ignored; a parameter that is null or "" counts as
 * absent, because URLs and forms have no other way to express that.
 */
export function parseParams(body: unknown): OperationParams | GraphQLError {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return badRequest('The request must be a JSON object with a query; batches are not supported.');
  }
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (!isAbsent(query) && typeof query !== 'string') return badRequest('query must be a string.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    return badRequest('operationName must be a string.');
  }
  if (!isAbsent(variables) && (typeof variables !== 'object' || Array.isArray(variables))) {
    return badRequest('variables must be an object.');
  }
  if (!isAbsent(extensions) && (typeof extensions !== 'object' || Array.isArray(extensions))) {
    return badRequest('extensions must be an object.');
  }
  if (isAbsent(query)) {
    return !isAbsent(extensions) && Object.hasOwn(extensions, 'persistedQuery')
      ? persistedQueryNotSupported()
      : badRequest('query is required: send the document of an operation.');
  }
  return {
    query,
    operationName: isAbsent(operationName) ? null : operationName,
    variables: isAbsent(variables) ? null : (variables as Record<string, unknown>),
  };
}

/** Reads parameters of a URL or a form, where variables and extensions are JSON strings. */
export function parseTextParams(
  pairs: Iterable<readonly [name: string, value: string]>,
): OperationParams | GraphQLError {
  const given: Record<string, unknown> = {};
  for (const [name, value] of pairs) {
    if (!parameterNames.has(name)) continue;
    // Choosing one of them would be a guess, and the other would be lost.
    if (Object.hasOwn(given, name)) return badRequest(`${name} was sent twice: send it once.`);
    given[name] = value;
    if ((name !== 'variables' && name !== 'extensions') || value === '') continue;
    const parsed = parseJson(value);
    if (parsed === undefined) return badRequest(`${name} must be JSON.`);
    given[name] = parsed;
  }
  return parseParams(given);
}

const parameterNames = new Set(['query', 'operationName', 'variables', 'extensions']);

/** The value of a JSON string; undefined if it is not valid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An error about the request itself. */
export const badRequest = (message: string): GraphQLError => codedError('BAD_INPUT', message);

/** The error after which Apollo's clients send the full query; message and code are theirs. */
const persistedQueryNotSupported = () =>
  codedError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');

const isAbsent = (value: unknown): value is null | undefined | '' =>
  value === null || value === undefined || value === '';
