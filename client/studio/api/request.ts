import { basePath } from '../base.ts';
import type { AccessKey } from './access-key.ts';
import { textOf, type Operation } from './graphql.ts';

/** Why an operation had no answer. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** `OFFLINE` when nobody answered, else the code of the GraphQL error. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Sends one operation over HTTP. Never repeats it: who pressed the button decides that. */
export type Request = <Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
) => Promise<Result>;

/** @param onUnauthenticated the key is missing or not known (any more) */
export function createRequest(key: AccessKey, onUnauthenticated: () => void): Request {
  return async (operation, variables, signal) => {
    const response = await fetch(`${basePath()}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...authorizationOf(key),
      },
      body: JSON.stringify({ query: textOf(operation), variables }),
      ...(signal !== undefined && { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new RequestError('OFFLINE', 'The server did not answer.', error);
    });
    return readAnswer(await response.text(), onUnauthenticated);
  };
}

/** The header that says who asks. */
export const authorizationOf = (key: AccessKey): { authorization?: string } =>
  key.value === null ? {} : { authorization: `Bearer ${key.value}` };

/** Takes the result out of an answer. */
export function readAnswer<Result>(text: string, onUnauthenticated: () => void): Result {
  const { data, errors } = parse<Result>(text);
  const [error] = errors ?? [];
  if (error !== undefined) {
    const code = error.extensions?.code ?? 'INTERNAL';
    if (code === 'UNAUTHENTICATED') onUnauthenticated();
    throw new RequestError(code, error.message);
  }
  if (data === undefined) throw new RequestError('INTERNAL', 'The answer could not be read.');
  return data;
}

interface Answer<Result> {
  readonly data?: Result;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function parse<Result>(text: string): Answer<Result> {
  try {
    return JSON.parse(text) as Answer<Result>;
  } catch (error) {
    throw new RequestError('INTERNAL', 'The answer could not be read.', error);
  }
}
