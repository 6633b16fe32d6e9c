import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pointedAt } from '../../test/support/processes.ts';
import { start, type Child } from '../processes.ts';
import type { WholeServerHandlers } from '../whole-server.ts';
import type { Bed } from './bed.ts';

const file = fileURLToPath(new URL('../whole-server.ts', import.meta.url));

/** Whole servers on one database, each a process. */
export class Instances implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #servers: readonly Child<WholeServerHandlers>[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    servers: readonly Child<WholeServerHandlers>[],
    urls: readonly string[],
    stack: AsyncDisposableStack,
  ) {
    this.#servers = servers;
    this.urls = urls;
    this.#stack = stack;
  }

  /** Resolves when so many are ready. */
  static async start(
    { postgres, folder }: Bed,
    count: number,
    database: string,
    simulator: { readonly url: string },
    env: Readonly<Record<string, string>> = {},
  ): Promise<Instances> {
    await using stack = new AsyncDisposableStack();
    const servers = Array.from({ length: count }, () =>
      stack.use(start<WholeServerHandlers>(file, ['--no-warnings'])),
    );
    const settings = {
      ...pointedAt(simulator, join(folder, database)),
      DATABASE_URL: postgres.urlOf(database),
      MEDIA_SHARED: 'true',
      LIMIT_OPEN_TASKS_PER_OWNER: '10000000',
      LIMIT_MUTATIONS_PER_MINUTE: '10000000',
      ...env,
    };
    const started = await Promise.all(servers.map((server) => server.call('start', settings)));
    return new Instances(
      servers,
      started.map(({ url }) => url),
      stack.move(),
    );
  }

  /** The CPU of all of them so far, in microseconds. */
  async cpuUs(): Promise<number> {
    const each = await Promise.all(this.#servers.map((server) => server.call('cpuUs')));
    return each.reduce((sum, us) => sum + us, 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
