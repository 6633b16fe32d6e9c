import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';

/**
 * Makes the folder that a setting names, and those above it, where they are missing. One after the other: Node's own
 * recursive call never ends where a file system refuses a folder as if one above it were missing (`/proc`, Node 24.21).
 *
 * @throws the error of the system, with its `code` and `path`
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have been first; a link to nothing exists for mkdir alone.
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
      if (!isThere || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
  }
}

/**
 * Makes the folder that a setting names where it is missing.
 *
 * @throws ConfigError that names the setting, where it cannot be made, read or written to
 */
export function requireFolder(variable: string, path: string): void {
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(
      `${variable}:`,
      `${path} cannot be used (${code}): choose a folder that this user can write to`,
    );
  }
}
