import { openAsBlob } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
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
