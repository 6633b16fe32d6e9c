import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { exitCodes, Failure } from './failure.ts';

const attempts = 3;
const pauseMs = 500;

/** Resolves the path of the output file, and checks that it can be written: before anything is paid. */
export async function checkOut(folder: string, out: string): Promise<string> {
  const path = resolve(folder, out);
  const refuse = (what: string) =>
    new Failure(exitCodes.refused, 'BAD_INPUT', `${what}: ${path}`, { field: ['--out'] });
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) throw refuse('This is a folder; name a file in it');
  try {
    await access(dirname(path), constants.W_OK);
  } catch {
    throw refuse('This file cannot be written: its folder is missing or read-only');
  }
  return path;
}

/** What is known of a download. */
export interface DownloadFacts {
  /** The name that it has until it is complete: kept after a failure, and continued by the next call. */
  readonly unfinished?: string;
  /** The hash that it must have; null if it is not known. */
  readonly sha256?: string | null;
}

/** Saves a video. It is written under a temporary name first, so that `path` never has a part of it. */
export async function download(
  url: string,
  path: string,
  signal: AbortSignal,
  { unfinished: kept, sha256 = null }: DownloadFacts = {},
): Promise<{ readonly bytes: number }> {
  const unfinished = kept ?? `${path}.${process.pid}.part`;
  try {
    const bytes = await fetchInto(url, unfinished, sha256, signal);
    await rename(unfinished, path);
    return { bytes };
  } catch (error) {
    signal.throwIfAborted();
    const message = `The video could not be saved as ${path}: ${reasonOf(error)}. It is still available at ${url}`;
    throw new Failure(exitCodes.notSaved, 'NOT_SAVED', message, { cause: error });
  } finally {
    if (kept === undefined) await rm(unfinished, { force: true });
  }
}

/** The SHA-256 hash of a file, in hexadecimal. */
export async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

async function fetchInto(
  url: string,
  path: string,
  sha256: string | null,
  signal: AbortSignal,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Without the key: the URL itself is the permission, and it may be at another host.
      // A part whose hash will not be known is not continued: it might be of another file.
      const start = sha256 === null ? 0 : ((await stat(path).catch(() => null))?.size ?? 0);
      const headers: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` };
      const response = await fetch(url, { signal, headers });
      if (response.status === 416) {
        // The part is as long as the file, or longer.
        await response.body?.cancel();
        if ((await hashOf(path, signal)) === sha256) return start;
        await rm(path, { force: true });
        throw new Error('the part that was there is of another file');
      }
      if (response.status >= 400 && response.status < 500) throw new RefusedError(`HTTP ${response.status}`);
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      // A body that ends before its content-length throws by itself.
      await pipeline(response.body, createWriteStream(path, { flags: response.status === 206 ? 'a' : 'w' }), {
        signal,
      });
      if (sha256 !== null && (await hashOf(path, signal)) !== sha256) {
        await rm(path, { force: true });
        throw new Error('the file is not the one that the server recorded');
      }
      return (await stat(path)).size;
    } catch (error) {
      const isFinal = error instanceof RefusedError || isDiskError(error) || attempt === attempts;
      if (signal.aborted || isFinal) throw error;
      await sleep(pauseMs * attempt, undefined, { signal });
    }
  }
}

/** A response that a retry does not change: the video does not exist, or not any more. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** True if the error is of the local disk: a folder was removed, or the disk is full. */
const isDiskError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ('path' in error || error.syscall === 'write');

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
