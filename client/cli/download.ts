import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { exitCodes, Failure } from './failure.ts';

const attempts = 3;
const pauseMs = 500;

/** A file that can be written: looked at before anything is paid. */
export async function checkOut(folder: string, out: string): Promise<string> {
  const path = resolve(folder, out);
  const refuse = (what: string) =>
    new Failure(exitCodes.refused, 'BAD_INPUT', `${what}: ${path}`, { field: ['--out'] });
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) throw refuse('This is a folder; name a file in it');
  try {
    await access(dirname(path), constants.W_OK);
  } catch {
    throw refuse('This file cannot be written: its folder is missing or closed');
  }
  return path;
}

/** Saves a video under a name of its own first: whoever looks at `path` sees the whole file or none. */
export async function download(
  url: string,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const bytes = await fetchInto(url, unfinished, signal);
    await rename(unfinished, path);
    return { bytes };
  } catch (error) {
    signal.throwIfAborted();
    const message = `The video could not be saved as ${path}: ${wordsOf(error)}. It stays at ${url}`;
    throw new Failure(exitCodes.notSaved, 'NOT_SAVED', message, { cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function fetchInto(url: string, path: string, signal: AbortSignal): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Without a key: the address itself is the permission, and it may be at another host.
      const response = await fetch(url, { signal });
      if (response.status >= 400 && response.status < 500) throw new RefusedError(`HTTP ${response.status}`);
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      // A body that ends before its content-length throws by itself.
      await pipeline(response.body, createWriteStream(path), { signal });
      return (await stat(path)).size;
    } catch (error) {
      const isFinal = error instanceof RefusedError || isOfDisk(error) || attempt === attempts;
      if (signal.aborted || isFinal) throw error;
      await sleep(pauseMs * attempt, undefined, { signal });
    }
  }
}

/** The server has no such video, or not any more. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** A folder that went away, a disk that is full. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ('path' in error || error.syscall === 'write');

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
