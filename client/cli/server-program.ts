import { spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Starts a program of the server, which this client does not import, with the terminal of this process. It is compiled
 * where this client is.
 */
export function startServerProgram(
  name: 'main' | 'copy',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const program = new URL(`../../src/${name}${extname(import.meta.url)}`, import.meta.url);
  return spawn(process.execPath, [fileURLToPath(program), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
}
