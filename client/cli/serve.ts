import { once } from 'node:events';
import { exitCodes } from './failure.ts';
import { startServerProgram } from './server-program.ts';

/** Runs a server in the current folder, with the settings of its `.env`, until a signal, and ends as it does. */
export async function serve(): Promise<void> {
  const child = startServerProgram('main', ['--settings', '.env']);
  // A terminal sends them to both, and the second changes nothing.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? exitCodes.fault;
}
