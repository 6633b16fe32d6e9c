import { fileURLToPath } from 'node:url';
import { pointedAt } from '../../test/support/processes.ts';
import type { HealthHandlers } from '../health.ts';
import { start, type Child } from '../processes.ts';
import type { WholeServerHandlers } from '../whole-server.ts';
import type { Filled } from './database.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Settings of every server: nothing but the rows decides. */
export const settingsOf = (simulator: { readonly url: string }, folder: string): Record<string, string> => ({
  ...pointedAt(simulator, folder),
  KIE_CREATES_PER_10S: '20',
  LIMIT_OPEN_TASKS_PER_OWNER: '10000000',
  LIMIT_MUTATIONS_PER_MINUTE: '10000000',
});

/** A whole server on a database, and a process that watches it. */
export class WatchedServer implements AsyncDisposable {
  readonly url: string;
  readonly tasks: number;
  readonly #server: Child<WholeServerHandlers>;
  readonly #health: Child<HealthHandlers>;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    { tasks }: Pick<Filled, 'tasks'>,
    url: string,
    server: Child<WholeServerHandlers>,
    health: Child<HealthHandlers>,
    stack: AsyncDisposableStack,
  ) {
    this.tasks = tasks;
    this.url = url;
    this.#server = server;
    this.#health = health;
    this.#stack = stack;
  }

  /** Resolves when the server is ready. */
  static async start(database: Filled, simulator: { readonly url: string }): Promise<WatchedServer> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(start<WholeServerHandlers>(at('../whole-server.ts'), ['--no-warnings']));
    const health = stack.use(start<HealthHandlers>(at('../health.ts'), ['--no-warnings']));
    const { url, pid } = await server.call('start', settingsOf(simulator, database.folder));
    await health.call('watch', { url, pid });
    stack.defer(() => health.call('end'));
    return new WatchedServer(database, url, server, health, stack.move());
  }

  /** The CPU of the server so far, in milliseconds. */
  async cpuMs(): Promise<number> {
    return (await this.#server.call('cpuUs')) / 1000;
  }

  /** The longest response of /healthz since the last call, in milliseconds. */
  longestMs(): Promise<number> {
    return this.#health.call('longestMs');
  }

  /** The result of a query. Fails on GraphQL errors. */
  async query(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
