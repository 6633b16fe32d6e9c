import { z } from 'zod';
import type { Connection } from './connection.ts';
import { unauthorized } from './connection.ts';
import { exitCodes, Failure, Refusals, type ExitCode } from './failure.ts';
import { watchTask, type Operation, type UserError } from './operations.ts';
import { isTerminal, type Task } from './task.ts';

const errorShape = z.object({
  message: z.string(),
  extensions: z.object({ code: z.string() }).partial().optional(),
});
const errorsShape = z.array(errorShape).min(1);
const resultShape = z.object({ data: z.unknown().optional(), errors: errorsShape.optional() });

/** Operations over one connection, repeated after it was lost. */
export class Server {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Sends a query or a mutation, again if the connection is lost before the response: mutations that must not happen
   * twice have an idempotency key, and the others do nothing the second time.
   */
  async request<T>(operation: Operation<T>, variables: Record<string, unknown>): Promise<T> {
    for (;;) {
      try {
        for await (const result of this.#connection.results(operation.query, variables)) {
          return dataOf(result, operation);
        }
        await this.#connection.retry(new Error('there was no response'));
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** Yields the states of a task until its end, the present one first. Lost connections lose no terminal state. */
  async *follow(id: string): AsyncGenerator<Task> {
    let after: string | null = null;
    for (;;) {
      try {
        const results: AsyncGenerator = this.#connection.results(watchTask.query, { id, after });
        for await (const result of results) {
          const task: Task = dataOf(result, watchTask).taskStatusChanged;
          after = task.revision;
          yield task;
          if (isTerminal(task)) return;
        }
        // The stream ended before the task: read its present state.
        after = null;
        await this.#connection.retry(new Error('the stream ended'));
      } catch (error) {
        const failure = asFailure(error);
        // Another database, as after a restored backup: the earlier revision means nothing there.
        if (failure?.code === 'BAD_INPUT' && after !== null) after = null;
        else await this.#recover(error);
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const failure = asFailure(error);
    if (failure !== null) throw failure;
    await this.#connection.retry(error);
  }
}

/** Returns the data of a result. Throws a `Failure` for its errors and for an unknown shape. */
export function dataOf<T>(result: unknown, { shape }: Operation<T>): T {
  const { data: read } = resultShape.safeParse(result);
  if (read?.errors !== undefined) throw failureOf(read.errors);
  const { success, data } = shape.safeParse(read?.data);
  if (success) return data;
  throw new Failure(
    exitCodes.unreachable,
    'NOT_UNDERSTOOD',
    'The response of the server has an unknown shape. Are server and client of the same version?',
  );
}

/** Throws user errors as `Refusals`, all at once. */
export function throwUserErrors(userErrors: readonly UserError[]): void {
  if (userErrors.length === 0) return;
  throw new Refusals(
    userErrors.map(({ code, message, field }) => new Failure(exitCodes.refused, code, message, { field })),
  );
}

/** The failure for GraphQL errors, which graphql-ws throws as an array; null for errors of the connection. */
function asFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error;
  const { data: errors } = errorsShape.safeParse(error);
  return errors === undefined ? null : failureOf(errors);
}

/** What a schema does not have, in the words of graphql-js. */
const unknownToServer =
  /(?:Cannot query field|Unknown argument|Unknown type|Field) "([\w.]+)"(?: on |\.| is not defined)/;

function failureOf(errors: z.infer<typeof errorsShape>): Failure {
  const code = errors[0]?.extensions?.code ?? 'INTERNAL';
  if (code === 'UNAUTHENTICATED') return unauthorized(null);
  const unknown = errors.flatMap(({ message }) => unknownToServer.exec(message)?.[1] ?? []);
  if (unknown.length > 0) {
    return new Failure(
      exitCodes.unreachable,
      'OLDER_SERVER',
      `The server is of an older version than this program, and does not know ${[...new Set(unknown)].join(', ')}. Update the ` +
        'server, or use the program of its version.',
    );
  }
  return new Failure(exitCodeOf(code), code, errors.map(({ message }) => message).join(' '));
}

function exitCodeOf(code: string): ExitCode {
  switch (code) {
    case 'BAD_INPUT':
    case 'NOT_FOUND':
      return exitCodes.refused;
    case 'FORBIDDEN':
      return exitCodes.unauthorized;
    default:
      return exitCodes.unreachable;
  }
}
