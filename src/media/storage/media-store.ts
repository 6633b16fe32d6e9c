import type { Readable } from 'node:stream';
import type { ByteSource } from '../byte-source.ts';

/** The bytes of a file, as they come. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Decides whether what was written may be kept; rejects to drop it. */
export type Verify = (written: ByteSource) => Promise<void>;

/** A file from outside that has no key yet. Disposing removes what is left of it. */
export interface ReceivedFile extends AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void>;
  /** In bytes. */
  readonly size: number;
  /** Reads in it; rejects with StorageError where the disk fails. */
  inspect<T>(read: (content: ByteSource) => Promise<T>): Promise<T>;
  /** Gives it a key, once. */
  keepAs(key: string): Promise<void>;
}

/** A stored file, as it was when it was looked up. */
export interface StoredFile {
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /**
   * The bytes from `start` to `end`, both included; null when the file was removed since. The caller reads the stream to
   * its end or destroys it. It fails where the store fails.
   */
  read(start: number, end: number): Promise<Readable | null>;
}

/** A stored file whose bytes are read only as they are sent. Disposing gives back what that took. */
export interface OpenedBlob extends AsyncDisposable {
  readonly blob: Blob;
}

/**
 * Storage of finished videos, posters and uploads: one file for each unguessable key. A key is written once, and a
 * file appears under it only when it is whole.
 *
 * Every method rejects with StorageError, and nothing else, where the store fails; its first failure and the end of
 * that are logged.
 */
export interface MediaStore {
  /**
   * Writes chunks under a key. The file appears only when it is whole, verified and durable; otherwise nothing of it stays.
   *
   * @throws what the chunks and `verify` throw, as it is
   */
  write(key: string, chunks: Chunks, verify?: Verify): Promise<void>;
  /**
   * Takes a file that has no key yet, as it arrives. The caller disposes of it, kept or not.
   *
   * @throws what the chunks throw, as it is
   */
  receive(chunks: Chunks): Promise<ReceivedFile>;
  /** A file; null where there is none. A store that is gone says nothing about its files: it rejects. */
  find(key: string): Promise<StoredFile | null>;
  /** A file as a whole, to be sent on; null where there is none. */
  open(key: string, contentType: string): Promise<OpenedBlob | null>;
  /** Writes a second file with the same bytes; false where there is no file to copy. */
  copy(from: string, to: string): Promise<boolean>;
  /** Removes a file; succeeds where there is none. */
  remove(key: string): Promise<void>;
  /** Removes a file, and whatever a write of it left that was begun and never ended. */
  discard(key: string): Promise<void>;
  /** Resolves while files can be written. Calls within a moment share one probe. */
  checkUsable(): Promise<void>;
}
