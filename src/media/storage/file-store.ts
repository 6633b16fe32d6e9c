import { randomUUID } from 'node:crypto';
import { openAsBlob, type Stats } from 'node:fs';
import { copyFile, link, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { StorageError } from '../storage-error.ts';
import type { Chunks, MediaStore, OpenedBlob, ReceivedFile, StoredFile, Verify } from './media-store.ts';
import { Spool, type SpooledFile } from './spool.ts';
import type { FaultLog } from './store-health.ts';

/** Media in one folder of a disk. What is being written has another name there until it is whole. */
export class FileStore implements MediaStore {
  readonly #spool: Spool;

  private constructor(spool: Spool) {
    this.#spool = spool;
  }

  /**
   * Makes the folder where it is missing, and removes files that an earlier process left unfinished.
   *
   * @param isShared other processes may write there now
   */
  static async open(directory: string, log: FaultLog, isShared = false): Promise<FileStore> {
    return new FileStore(await Spool.open(directory, log, isShared));
  }

  /** The folder of the files. */
  get directory(): string {
    return this.#spool.directory;
  }

  async write(key: string, chunks: Chunks, verify?: Verify): Promise<void> {
    await this.#keep(await this.#spool.write(key, chunks, verify), key);
  }

  async receive(chunks: Chunks): Promise<ReceivedFile> {
    const file = await this.#spool.write(randomUUID(), chunks);
    return {
      size: file.sizeBytes,
      inspect: (read) => file.inspect(read),
      keepAs: (key) => this.#keep(file, key),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  }

  async #keep(file: SpooledFile, key: string): Promise<void> {
    await this.#spool.health.guard(0, async () => {
      await rename(file.path, this.#pathOf(key));
      await this.#spool.sync();
    });
    this.#spool.health.works();
  }

  async find(key: string): Promise<StoredFile | null> {
    const path = this.#pathOf(key);
    const found = await this.#unlessMissing(() => stat(path));
    if (found === null) return null;
    return {
      sizeBytes: found.size,
      modifiedAt: found.mtime,
      read: (start, end) => this.#unlessMissing(() => readFrom(path, found, start, end)),
    };
  }

  async open(key: string, contentType: string): Promise<OpenedBlob | null> {
    const path = this.#pathOf(key);
    const blob = await this.#unlessMissing(async () => {
      // Of a file that is missing, openAsBlob says only that it cannot be opened.
      await stat(path);
      return openAsBlob(path, { type: contentType });
    });
    return blob && { blob, [Symbol.asyncDispose]: () => Promise.resolve() };
  }

  async copy(from: string, to: string): Promise<boolean> {
    const [path, copy] = [this.#pathOf(from), this.#pathOf(to)];
    const isCopied = await this.#unlessMissing(async () => {
      // A key is written once: two names of the same bytes are two files. Some file systems know no second name.
      await link(path, copy).catch((error: unknown) =>
        hasCode(error, 'EPERM', 'ENOTSUP', 'EMLINK') ? copyFile(path, copy) : Promise.reject(error),
      );
      await this.#spool.sync();
      return true;
    });
    return isCopied ?? false;
  }

  async remove(key: string): Promise<void> {
    try {
      await unlink(this.#pathOf(key));
    } catch (error) {
      // One file that cannot be removed says nothing about the others.
      if (!isMissing(error)) throw new StorageError(error);
      await this.#spool.expectFolder();
    }
  }

  /** What was being written was removed at the start. */
  discard(key: string): Promise<void> {
    return this.remove(key);
  }

  checkUsable(): Promise<void> {
    return this.#spool.health.check();
  }

  #pathOf(key: string): string {
    return join(this.directory, key);
  }

  /** Null where there is no such file, which only a folder that is there can prove. */
  async #unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!isMissing(error)) throw this.#spool.health.fault(error, 0);
    }
    await this.#spool.expectFolder();
    return null;
  }
}

async function readFrom(path: string, { size }: Stats, start: number, end: number): Promise<Readable> {
  const file = await open(path, 'r');
  // An empty range would be read as one without an end.
  return file.createReadStream({ start, end: Math.min(end, size - 1) });
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT', 'ENOTDIR');
