import { randomBytes, randomUUID } from 'node:crypto';
import { constants, openAsBlob } from 'node:fs';
import {
  access,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  stat,
  statfs,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { sourceOfFile, type ByteSource } from './byte-source.ts';
import { StorageError } from './storage-error.ts';

const unfinished = '.part';
/** Written to find out whether the disk takes anything. */
const probeBytes = 4096;
/** Free space that is required, beside what did not fit the last time, before the disk counts as usable again. */
const spareBytes = 1024 ** 2;
/** Callers that ask within this time share one probe. */
const probeSharedMs = 1000;

/** The log of when the disk begins to fail, and of when that ends. */
type FaultLog = Pick<Logger, 'error' | 'info'>;

/** The bytes of a file, as they come. */
type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A file from outside on the disk, before anything knows it. Disposing removes it, unless it was kept. */
export interface ReceivedFile extends AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void>;
  readonly size: number;
  /** Reads in it; rejects with StorageError where the disk fails. */
  inspect<T>(read: (content: ByteSource) => Promise<T>): Promise<T>;
  /** Gives it a key, once. */
  keepAs(key: string): Promise<void>;
}

/** Decides whether what was written may be kept; rejects to drop it. */
export type Verify = (written: ByteSource) => Promise<void>;

/**
 * Storage of finished videos and uploads: one folder, one file for each unguessable key. Every method rejects with
 * StorageError, and nothing else, where the disk fails; its first failure and its end are logged.
 */
export class MediaFiles {
  readonly directory: string;
  readonly #log: FaultLog;
  /** The last write failed: so many bytes, at least, were to be written. */
  #failed: { readonly bytes: number } | null = null;
  #probe: { readonly result: Promise<void>; readonly at: number } | null = null;

  private constructor(directory: string, log: FaultLog) {
    this.directory = directory;
    this.#log = log;
  }

  /** Makes the folder where it is missing, and removes files that an earlier process left unfinished. */
  static async open(directory: string, log: FaultLog): Promise<MediaFiles> {
    await mkdir(directory, { recursive: true });
    for await (const { name } of await opendir(directory)) {
      if (name.endsWith(unfinished)) await rm(join(directory, name), { force: true });
    }
    return new MediaFiles(directory, log);
  }

  /**
   * Writes chunks under a key. The file appears under its name only when it is whole, verified and on the disk;
   * otherwise nothing of it stays.
   *
   * @throws what the chunks and `verify` throw, as it is
   */
  async write(key: string, chunks: Chunks, verify?: Verify): Promise<void> {
    const partial = join(this.directory, `${key}${unfinished}`);
    await this.#writePartial(partial, chunks, verify);
    await this.#finish(partial, key);
  }

  /**
   * Writes a file that has no key yet, as it arrives. The caller disposes of it, kept or not.
   *
   * @throws what the chunks throw, as it is
   */
  async receive(chunks: Chunks): Promise<ReceivedFile> {
    const partial = join(this.directory, `${randomUUID()}${unfinished}`);
    const size = await this.#writePartial(partial, chunks);
    return {
      size,
      inspect: async (read) => {
        await using file = await this.#onDisk(0, () => open(partial, 'r'));
        return await read(sourceOfFile(file, size));
      },
      keepAs: (key) => this.#finish(partial, key),
      [Symbol.asyncDispose]: () => this.#onDisk(0, () => rm(partial, { force: true })),
    };
  }

  /** Writes the whole file, or leaves nothing. Returns its size in bytes. */
  async #writePartial(partial: string, chunks: Chunks, verify?: Verify): Promise<number> {
    let sizeBytes = 0;
    const file = await this.#onDisk(0, () => open(partial, 'w+'));
    try {
      for await (const chunk of chunks) {
        sizeBytes += chunk.byteLength;
        await this.#onDisk(sizeBytes, () => writeWhole(file, chunk));
      }
      await verify?.(sourceOfFile(file, sizeBytes));
      await this.#onDisk(sizeBytes, () => file.sync());
      await this.#onDisk(sizeBytes, () => file.close());
      return sizeBytes;
    } catch (error) {
      await file.close().catch(() => {
        // It was closed before, or the disk failed: what failed first is reported.
      });
      await rm(partial, { force: true }).catch((cause: unknown) =>
        this.#log.error({ err: cause }, 'an unfinished file could not be removed'),
      );
      // The disk may fail while it is verified too.
      throw error instanceof StorageError ? this.#fault(error, sizeBytes) : error;
    }
  }

  async #finish(partial: string, key: string): Promise<void> {
    await this.#onDisk(0, async () => {
      await rename(partial, join(this.directory, key));
      await syncFolder(this.directory);
    });
    this.#works();
  }

  /**
   * True if there is a file of this key.
   *
   * @throws StorageError while that cannot be known: a folder that is gone says nothing about its files
   */
  async has(key: string): Promise<boolean> {
    try {
      await access(join(this.directory, key));
      return true;
    } catch (error) {
      if (!isMissing(error)) throw this.#fault(error, 0);
    }
    await this.#expectFolder();
    return false;
  }

  /** A file as a whole that is read only as it is sent. */
  async blob(key: string, contentType: string): Promise<Blob> {
    return this.#onDisk(0, () => openAsBlob(join(this.directory, key), { type: contentType }));
  }

  /** Removes a file; succeeds where there is none. */
  async remove(key: string): Promise<void> {
    try {
      await unlink(join(this.directory, key));
    } catch (error) {
      // One file that cannot be removed says nothing about the others.
      if (!isMissing(error)) throw new StorageError(error);
      await this.#expectFolder();
    }
  }

  /**
   * Resolves while files can be written. After a write that did not fit, only when there is space for it.
   * Calls within a second share one probe.
   *
   * @throws StorageError
   */
  checkUsable(): Promise<void> {
    const now = performance.now();
    if (this.#probe === null || now - this.#probe.at > probeSharedMs) {
      this.#probe = { result: this.#tryWriting(), at: now };
    }
    return this.#probe.result;
  }

  async #tryWriting(): Promise<void> {
    const path = join(this.directory, `probe-${randomBytes(8).toString('hex')}${unfinished}`);
    try {
      if (this.#failed !== null) {
        const { bavail, bsize } = await statfs(this.directory);
        if (bavail * bsize < this.#failed.bytes + spareBytes) throw new Error('The disk is full');
      }
      try {
        await using file = await open(path, 'wx');
        await writeWhole(file, Buffer.alloc(probeBytes));
      } finally {
        await rm(path, { force: true });
      }
    } catch (error) {
      throw this.#fault(error, 0);
    }
    this.#works();
  }

  #expectFolder(): Promise<void> {
    return this.#onDisk(0, async () => {
      const folder = await stat(this.directory);
      if (!folder.isDirectory()) throw new Error('The media folder is no folder');
    });
  }

  /** Work of the disk alone: whatever it throws is our fault. */
  async #onDisk<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#fault(error, bytes);
    }
  }

  #fault(error: unknown, bytes: number): StorageError {
    if (error instanceof StorageError) return this.#fault(error.cause, bytes);
    if (this.#failed === null) {
      this.#log.error({ err: error }, 'the media store cannot be used');
      // A probe that went well before is out of date.
      this.#probe = null;
    }
    this.#failed = { bytes: Math.max(bytes, this.#failed?.bytes ?? 0) };
    return new StorageError(error);
  }

  #works(): void {
    if (this.#failed !== null) this.#log.info('the media store can be used again');
    this.#failed = null;
  }
}

/** A write may take less than it is given, on a disk that is nearly full. */
async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}

/** A name is on the disk when its folder is. */
async function syncFolder(directory: string): Promise<void> {
  await using folder = await open(directory, constants.O_RDONLY);
  await folder.sync();
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
