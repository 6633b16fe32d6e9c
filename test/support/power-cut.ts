import { execFile } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('./power-cut.c', import.meta.url));

/**
 * The environment of a process of which is known what a power cut would leave of its files: what they were at their last sync.
 * Each sync takes so much longer. Builds a library into the folder, which the loader puts in front of the C library (Linux).
 *
 * @returns null where there is no C compiler
 */
export async function powerCutEnv(folder: string, addedMs: number): Promise<Record<string, string> | null> {
  const library = join(folder, 'power-cut.so');
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return { LD_PRELOAD: library, POWER_CUT_US: String(addedMs * 1000) };
}

/** Copies to another folder what a power cut would have left of the files in a folder. */
export async function copyWhatIsLeft(folder: string, to: string): Promise<void> {
  const names = await readdir(folder);
  // Those that were deleted since stay so.
  for (const name of names) {
    if (names.includes(`${name}.disk`)) await copyFile(join(folder, `${name}.disk`), join(to, name));
  }
}
