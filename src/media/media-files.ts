import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const unfinished = '.part';

/** Where finished videos lie: one folder, one file for each unguessable key. */
export class MediaFiles {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes the folder where it is missing and removes what an ended process left half written. */
  static async open(directory: string): Promise<MediaFiles> {
    await mkdir(directory, { recursive: true });
    for (const name of await readdir(directory)) {
      if (name.endsWith(unfinished)) await rm(join(directory, name), { force: true });
    }
    return new MediaFiles(directory);
  }

  /** Writes chunks under a key; the file appears under its name only when it is whole and on the disk. */
  async write(key: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const partial = join(this.directory, `${key}${unfinished}`);
    try {
      await using file = await open(partial, 'w');
      for await (const chunk of chunks) await file.write(chunk);
      await file.sync();
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await rename(partial, join(this.directory, key));
  }

  /** Writes a file that has no key yet, as it arrives. The caller disposes of it, kept or not. */
  async receive(chunks: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
    const path = join(this.directory, `${randomUUID()}${unfinished}`);
    try {
      await using file = await open(path, 'wx');
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.byteLength;
        await file.write(chunk);
      }
      await file.sync();
      return new ReceivedFile(this.directory, path, size);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Whether there is a file of this key. */
  has(key: string): Promise<boolean> {
    return access(join(this.directory, key)).then(
      () => true,
      () => false,
    );
  }

  /** A file as a whole that is read only as it is sent; rejects when there is no such file. */
  blob(key: string, contentType: string): Promise<Blob> {
    return openAsBlob(join(this.directory, key), { type: contentType });
  }

  /** Where a file lies. */
  pathOf(key: string): string {
    return join(this.directory, key);
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.directory, key), { force: true });
  }
}

/** A file from outside on the disk, before anything knows it. Disposing removes it, unless it was kept. */
export class ReceivedFile implements AsyncDisposable {
  readonly size: number;
  readonly #directory: string;
  readonly #path: string;

  constructor(directory: string, path: string, size: number) {
    this.#directory = directory;
    this.#path = path;
    this.size = size;
  }

  /** The whole content. */
  read(): Promise<Uint8Array> {
    return readFile(this.#path);
  }

  /** Gives it a key, once. */
  async keepAs(key: string): Promise<void> {
    await rename(this.#path, join(this.#directory, key));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
