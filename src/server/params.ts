import { GraphQLError } from 'graphql';
import type { OperationParams } from './operations.ts';

/** Reads an operation as GraphQL over HTTP and graphql-transport-ws carry it. Unknown keys are left alone. */
export function parseParams(body: unknown): OperationParams | GraphQLError {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return badRequest('The request wants an object with a query.');
  }
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query === '') return badRequest('query wants GraphQL text.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    return badRequest('operationName wants text.');
  }
  if (!isAbsent(variables) && (typeof variables !== 'object' || Array.isArray(variables))) {
    return badRequest('variables wants an object.');
  }
  if (!isAbsent(extensions) && (typeof extensions !== 'object' || Array.isArray(extensions))) {
    return badRequest('extensions wants an object.');
  }
  return {
    query,
    operationName: operationName ?? null,
    variables: (variables ?? null) as Record<string, unknown> | null,
  };
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

const badRequest = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_INPUT' } });
