import { setTimeout } from 'node:timers/promises';
import { startSimulatorProcess, type Program } from '../../test/support/processes.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

/** One PostgreSQL that syncs as in production, and a folder that all instances see. */
export interface Bed extends AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly folder: string;
  /** Makes an empty database with a name of its own. */
  newDatabase(): Promise<string>;
}

/** Starts it. */
export async function makeBed(): Promise<Bed> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const postgres = stack.use(await startPostgres({ durable: true }));
  let databases = 0;
  const made = stack.move();
  return {
    postgres,
    folder: folder.path,
    newDatabase: async () => {
      databases += 1;
      const name = `scale_${databases}`;
      await postgres.create(name);
      return name;
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

/** The provider, which takes any number of tasks and needs this long for each. */
export const startProvider = (durationMs: number): Promise<Program> =>
  startSimulatorProcess('--duration-ms', String(durationMs), '--creates-per-10s', '0');

/** Resolves when it is true; asks again and again. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await setTimeout(50);
}
