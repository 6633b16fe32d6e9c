import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, opendir, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../settings/make-folder.ts';
import { sourceOfFile, type ByteSource } from '../byte-source.ts';
import { StorageError } from '../storage-error.ts';
import type { Chunks, Verify } from './media-store.ts';
import { StoreHealth, type FaultLog } from './store-health.ts';

const unfinished = '.part';
/** Written to find out whether the disk takes anything. */
const probeBytes = 4096;
/** Free space that is required, beside what did not fit the last time, before the disk counts as usable again. */
const spareBytes = 1024 ** 2;
const probeSharedMs = 1000;
/** No write takes longer, in milliseconds. */
const longestWriteMs = 24 * 3_600_000;

/** A whole file in a spool. Disposing removes it where it still is. */
export interface SpooledFile extends AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void>;
  readonly path: string;
  readonly sizeBytes: number;
  /** Reads in it; rejects with StorageError where the disk fails. */
  inspect<T>(read: (content: ByteSource) => Promise<T>): Promise<T>;
}

/** Files that are being written, in a folder of the local disk. Rejects with StorageError where the disk fails. */
export class Spool {
  readonly directory: string;
  readonly health: StoreHealth;
  readonly #log: FaultLog;
  #lastSync: Promise<void> = Promise.resolve();
  /** The one that follows it; null while no one waits for it. */
  #nextSync: Promise<void> | null = null;

  private constructor(directory: string, log: FaultLog) {
    this.directory = directory;
    this.#log = log;
    this.health = new StoreHealth({
      name: 'the media folder',
      log,
      probe: (failedBytes) => this.#tryWriting(failedBytes),
      probeSharedMs,
    });
  }

  /**
   * Makes the folder where it is missing, and removes what an earlier process left unfinished.
   *
   * @param isShared other processes may write there now: what was written to in the last day stays
   */
  static async open(directory: string, log: FaultLog, isShared: boolean): Promise<Spool> {
    makeFolder(directory);
    const writtenBefore = isShared ? Date.now() - longestWriteMs : Infinity;
    for await (const { name } of await opendir(directory)) {
      if (!name.endsWith(unfinished)) continue;
      const path = join(directory, name);
      // Another process may have removed it since.
      const found = await stat(path).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      });
      if (found !== null && found.mtimeMs < writtenBefore) await rm(path, { force: true });
    }
    return new Spool(directory, log);
  }

  /**
   * Writes a whole file and syncs it, or leaves nothing.
   *
   * @param name unique among the files that are being written
   * @throws what the chunks and `verify` throw, as it is
   */
  async write(name: string, chunks: Chunks, verify?: Verify): Promise<SpooledFile> {
    const path = join(this.directory, `${name}${unfinished}`);
    const sizeBytes = await this.#write(path, chunks, verify);
    return {
      path,
      sizeBytes,
      inspect: async (read) => {
        await using file = await this.health.guard(0, () => open(path, 'r'));
        return await read(sourceOfFile(file, sizeBytes));
      },
      [Symbol.asyncDispose]: () => this.health.guard(0, () => rm(path, { force: true })),
    };
  }

  async #write(path: string, chunks: Chunks, verify: Verify | undefined): Promise<number> {
    let sizeBytes = 0;
    const file = await this.health.guard(0, () => open(path, 'w+'));
    try {
      for await (const chunk of chunks) {
        sizeBytes += chunk.byteLength;
        await this.health.guard(sizeBytes, () => writeWhole(file, chunk));
      }
      await verify?.(sourceOfFile(file, sizeBytes));
      await this.health.guard(sizeBytes, () => file.sync());
      await this.health.guard(sizeBytes, () => file.close());
      return sizeBytes;
    } catch (error) {
      await file.close().catch(() => {
        // It was closed before, or the disk failed: what failed first is reported.
      });
      await rm(path, { force: true }).catch((cause: unknown) =>
        this.#log.error({ err: cause }, 'an unfinished file could not be removed'),
      );
      // The disk may fail while it is verified too.
      throw error instanceof StorageError ? this.health.fault(error, sizeBytes) : error;
    }
  }

  /** @throws StorageError where the folder is gone */
  expectFolder(): Promise<void> {
    return this.health.guard(0, async () => {
      const folder = await stat(this.directory);
      if (!folder.isDirectory()) throw new Error('The media folder is no folder');
    });
  }

  /** Syncs the names of the files that are in the folder now. Callers that wait for the one that runs share the next. */
  sync(): Promise<void> {
    this.#nextSync ??= this.#lastSync
      .catch(() => undefined)
      .then(() => {
        this.#nextSync = null;
        this.#lastSync = this.#syncFolder();
        return this.#lastSync;
      });
    return this.#nextSync;
  }

  async #syncFolder(): Promise<void> {
    await using folder = await open(this.directory, constants.O_RDONLY);
    await folder.sync();
  }

  async #tryWriting(failedBytes: number | null): Promise<void> {
    const path = join(this.directory, `probe-${randomBytes(8).toString('hex')}${unfinished}`);
    if (failedBytes !== null) {
      const { bavail, bsize } = await statfs(this.directory);
      if (bavail * bsize < failedBytes + spareBytes) throw new Error('The disk is full');
    }
    try {
      await using file = await open(path, 'wx');
      await writeWhole(file, Buffer.alloc(probeBytes));
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** A write may take less than it is given, on a disk that is nearly full. */
async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}
