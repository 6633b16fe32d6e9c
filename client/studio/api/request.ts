import { basePath } from '../base.ts';
import type { AccessKey } from './access-key.ts';
import { queryOf, type Operation } from './graphql.ts';

/** The reason why an operation has no result. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** `OFFLINE` if the server did not respond, otherwise the code of the GraphQL error. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Sends one operation over HTTP. Never repeats it: that is the user's decision. Throws `RequestError`. */
export type Request = <Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
) => Promise<Result>;

/** @param onUnauthenticated called when the key is missing or not accepted */
export function createRequest(key: AccessKey, onUnauthenticated: () => void): Request {
  return async (operation, variables, signal) => {
    const response = await fetch(`${basePath()}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...authorizationOf(key),
      },
      body: JSON.stringify({ query: queryOf(operation), variables }),
      ...(signal !== undefined && { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new RequestError('OFFLINE', 'The server did not respond.', error);
    });
    return readResponse(await response.text(), onUnauthenticated);
  };
}

/** The header that authenticates the user. */
export const authorizationOf = (key: AccessKey): { authorization?: string } =>
  key.value === null ? {} : { authorization: `Bearer ${key.value}` };

/** Returns the data of a response. Throws `RequestError` for GraphQL errors and for unreadable responses. */
export function readResponse<Result>(text: string, onUnauthenticated: () => void): Result {
  const { data, errors } = parse<Result>(text);
  const [error] = errors ?? [];
  if (error !== undefined) {
    const code = error.extensions?.code ?? 'INTERNAL';
    if (code === 'UNAUTHENTICATED') onUnauthenticated();
    throw new RequestError(code, error.message);
  }
  if (data === undefined) throw new RequestError('INTERNAL', 'The response could not be read.');
  return data;
}

interface GraphQLResponse<Result> {
  readonly data?: Result;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function parse<Result>(text: string): GraphQLResponse<Result> {
  try {
    return JSON.parse(text) as GraphQLResponse<Result>;
  } catch (error) {
    throw new RequestError('INTERNAL', 'The response could not be read.', error);
  }
}
