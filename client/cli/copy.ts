import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { exitCodes } from './failure.ts';

/** The program that knows both databases. It is part of the server, which this client does not import. */
const program = fileURLToPath(new URL('../../src/copy.ts', import.meta.url));

/** Copies a database, and ends as the program does: a refusal is printed by it in one line. */
export async function copyDatabase({
  from,
  to,
}: {
  readonly from: string;
  readonly to: string;
}): Promise<void> {
  // Not as arguments: a list of processes would show the password.
  const child = spawn(process.execPath, [program], {
    stdio: 'inherit',
    env: { ...process.env, COPY_FROM: from, COPY_TO: to },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code === 0 ? exitCodes.done : exitCodes.refused;
}
