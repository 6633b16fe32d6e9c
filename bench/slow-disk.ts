import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('./slow-disk.c', import.meta.url));

/**
 * The environment of a process whose every sync of a file takes so much longer, whoever in it asks for one: SQLite, the
 * archive, any library. Builds a library into the folder, which the loader puts in front of the C library (Linux).
 *
 * @returns null where there is no C compiler
 */
export async function slowDisk(folder: string, addedMs: number): Promise<Record<string, string> | null> {
  const library = join(folder, 'slow-disk.so');
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return { LD_PRELOAD: library, SLOW_DISK_US: String(addedMs * 1000) };
}
