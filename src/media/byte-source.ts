import type { FileHandle } from 'node:fs/promises';
import { StorageError } from './storage-error.ts';

/** Bytes that can be read at any position: a file, or an image in memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes from `at`; fewer than `length` at the end of the source. */
  read(at: number, length: number): Promise<Buffer>;
}

/** The bytes of an array. */
export const sourceOfBytes = (bytes: Uint8Array): ByteSource => ({
  sizeBytes: bytes.byteLength,
  read: (at, length) =>
    Promise.resolve(
      Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.max(0, Math.min(length, bytes.byteLength - at))),
    ),
});

/**
 * Bytes that are read at once: each read passes through the thread pool, which costs some 20 µs, and the index of a short
 * clip fits in.
 */
const readAheadBytes = 32_768;

/**
 * The bytes of an open file, which the caller closes and does not change.
 *
 * @throws StorageError from `read` where the disk fails
 */
export function sourceOfFile(file: FileHandle, sizeBytes: number): ByteSource {
  let block: Buffer = Buffer.alloc(0);
  let blockAt = 0;
  return {
    sizeBytes,
    read: async (at, length) => {
      const end = Math.min(at + length, sizeBytes);
      if (at < blockAt || end > blockAt + block.byteLength) {
        const wanted = Math.min(Math.max(length, readAheadBytes), Math.max(0, sizeBytes - at));
        try {
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
          block = buffer.subarray(0, bytesRead);
          blockAt = at;
        } catch (error) {
          throw new StorageError(error);
        }
      }
      return block.subarray(at - blockAt, at - blockAt + length);
    },
  };
}

/** The content is not what its format promises. The message is for users. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** Headers lie far apart in large files: more would be read and not used. */
const windowBytes = 4096;
/** Most values that one file is asked for. A clip of a minute needs a few thousand. */
const maxReads = 100_000;
/** Most entries of all tables of one file. Two hours of video and sound have a million. */
const maxEntries = 4_000_000;

/**
 * Reads headers of a file from outside, within bounds: what the file claims about itself decides neither how often
 * nor how much is read. Cheap where reads are near each other.
 */
export class HeaderReader {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #reads = 0;
  #entries = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.sizeBytes = source.sizeBytes;
  }

  /**
   * Up to 4096 bytes from a position.
   *
   * @throws MalformedError when the source has fewer, or was read too often
   */
  async bytes(at: number, length: number): Promise<Buffer> {
    this.#reads += 1;
    if (this.#reads > maxReads) throw new MalformedError('it has more parts than any file asked for');
    if (!(at >= 0 && length <= windowBytes && at + length <= this.sizeBytes)) {
      throw new MalformedError('it ends too early');
    }
    if (at < this.#windowAt || at + length > this.#windowAt + this.#window.byteLength) {
      this.#window = await this.#source.read(at, windowBytes);
      this.#windowAt = at;
      if (this.#window.byteLength < length) throw new MalformedError('it ends too early');
    }
    return this.#window.subarray(at - this.#windowAt, at - this.#windowAt + length);
  }

  /**
   * A table that is read from front to back, once.
   *
   * @throws MalformedError when it claims more than there is, or the tables of the source are too long together
   */
  table(at: number, entryBytes: number, count: number): Table {
    this.#entries += count;
    if (this.#entries > maxEntries) throw new MalformedError('it has more parts than any file asked for');
    if (at + entryBytes * count > this.sizeBytes) throw new MalformedError('it ends too early');
    return new Table(this.#source, at, entryBytes, count);
  }
}

const tableBlockBytes = 65_536;

/** Entries of one size, in a row. Holds one block of them in memory. */
export class Table {
  readonly #source: ByteSource;
  readonly #entryBytes: number;
  readonly count: number;
  #at: number;
  #left: number;
  #block: Buffer = Buffer.alloc(0);
  #blockAt = 0;

  constructor(source: ByteSource, at: number, entryBytes: number, count: number) {
    this.#source = source;
    this.#entryBytes = entryBytes;
    this.count = count;
    this.#left = count;
    this.#at = at;
  }

  /** True if the next entry is in memory, so that `next` may be called. */
  get isReady(): boolean {
    return this.#blockAt + this.#entryBytes <= this.#block.byteLength;
  }

  /** Entries that were not read yet. */
  get left(): number {
    return this.#left;
  }

  /** Loads the next block. Reads are separate from the entries, so that a loop over millions awaits only here. */
  async load(): Promise<void> {
    const whole = Math.floor(tableBlockBytes / this.#entryBytes);
    this.#block = await this.#source.read(this.#at, Math.min(whole, this.#left) * this.#entryBytes);
    this.#at += this.#block.byteLength;
    this.#blockAt = 0;
    if (!this.isReady) throw new MalformedError('it ends too early');
  }

  /** Position of the next entry in `block`. */
  next(): number {
    const at = this.#blockAt;
    this.#blockAt += this.#entryBytes;
    this.#left -= 1;
    return at;
  }

  get block(): Buffer {
    return this.#block;
  }
}
