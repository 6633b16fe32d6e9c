import { once } from 'node:events';
import { exitCodes } from './failure.ts';
import { startServerProgram } from './server-program.ts';

/** Copies a database, and ends as the program does: a refusal is printed by it in one line. */
export async function copyDatabase({
  from,
  to,
}: {
  readonly from: string;
  readonly to: string;
}): Promise<void> {
  // Not as arguments: a list of processes would show the password.
  const child = startServerProgram('copy', [], { COPY_FROM: from, COPY_TO: to });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code === 0 ? exitCodes.done : exitCodes.refused;
}
