import { randomUUID } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { LoopTurns } from '../../time/loop-turns.ts';
import { pacedStream } from '../../time/paced-stream.ts';
import { contentTypeOf } from '../content-types.ts';
import { StorageError } from '../storage-error.ts';
import type { Chunks, MediaStore, OpenedBlob, ReceivedFile, StoredFile, Verify } from './media-store.ts';
import { createS3Client, loadS3, type S3Location, type S3Sdk } from './s3-client.ts';
import { S3Fault } from './s3-fault.ts';
import { Spool, type SpooledFile } from './spool.ts';
import { StoreHealth, type FaultLog } from './store-health.ts';

/** A file above this is sent in parts of this size, each in memory while it is sent. */
const partBytes = 8 * 1024 ** 2;
/** Files that are sent at once: together they hold some 64 MB. */
const maxUploads = 4;
/** The library takes some milliseconds of the event loop for each request. */
const requestsPerIteration = 4;
/** Pieces of objects, of 64 KB, that are passed on: each takes about half a millisecond to be read and written. */
const piecesPerIteration = 24;
/** A probe writes an object, which costs money. */
const probeSharedMs = 10_000;
/** The object that a probe writes, over and over. */
const probeKey = 'reelay-probe';

/**
 * Media in a bucket of S3 or a store that speaks its protocol. A file is written to the local disk first and verified
 * there: an object appears only when it is whole. Its parts carry checksums.
 */
export class S3Store implements MediaStore, AsyncDisposable {
  readonly #location: S3Location;
  readonly #sdk: S3Sdk;
  readonly #requestMs: number | undefined;
  #client: S3Client;
  #sendsChecksums = true;
  readonly #log: FaultLog;
  readonly #spool: Spool;
  readonly #health: StoreHealth;
  readonly #limit = pLimit(maxUploads);
  readonly #turns = new LoopTurns(requestsPerIteration);
  readonly #pieces = new LoopTurns(piecesPerIteration);
  readonly #finding = new Map<string, Promise<StoredFile | null>>();

  private constructor(location: S3Location, sdk: S3Sdk, spool: Spool, log: FaultLog, requestMs?: number) {
    this.#location = location;
    this.#sdk = sdk;
    this.#client = createS3Client(sdk, location, { requestMs, checksums: true });
    this.#requestMs = requestMs;
    this.#log = log;
    this.#spool = spool;
    this.#health = new StoreHealth({
      name: 'the media bucket',
      log,
      probe: () => this.#probe(),
      probeSharedMs,
    });
  }

  /**
   * Resolves without a request: a store that is down now may be up later.
   *
   * @param spoolDirectory for files on their way; other processes may write there too
   * @param requestMs for one request and the head of its answer, in milliseconds; without it, a minute
   */
  static async open(
    location: S3Location,
    spoolDirectory: string,
    log: FaultLog,
    requestMs?: number,
  ): Promise<S3Store> {
    return new S3Store(location, await loadS3(), await Spool.open(spoolDirectory, log, true), log, requestMs);
  }

  async write(key: string, chunks: Chunks, verify?: Verify): Promise<void> {
    await using file = await this.#spool.write(randomUUID(), chunks, verify);
    await this.#upload(file, key);
  }

  async receive(chunks: Chunks): Promise<ReceivedFile> {
    const file = await this.#spool.write(randomUUID(), chunks);
    return {
      size: file.sizeBytes,
      inspect: (read) => file.inspect(read),
      keepAs: (key) => this.#upload(file, key),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  }

  /** Viewers who ask for a file at the same time share one request. */
  find(key: string): Promise<StoredFile | null> {
    let found = this.#finding.get(key);
    if (found === undefined) {
      found = this.#find(key).finally(() => this.#finding.delete(key));
      this.#finding.set(key, found);
    }
    return found;
  }

  async #find(key: string): Promise<StoredFile | null> {
    const { HeadObjectCommand } = this.#sdk;
    await this.#turns.next();
    const head = await this.#unlessMissing(() => this.#client.send(new HeadObjectCommand(this.#at(key))));
    return (
      head && {
        sizeBytes: head.ContentLength ?? 0,
        modifiedAt: head.LastModified ?? new Date(0),
        read: (start, end) => this.#read(key, `bytes=${start}-${end}`),
      }
    );
  }

  async open(key: string, contentType: string): Promise<OpenedBlob | null> {
    const content = await this.#read(key);
    if (content === null) return null;
    const file = await this.#spool.write(randomUUID(), this.#ownFaults(content));
    const blob = await this.#spool.health.guard(0, () => openAsBlob(file.path, { type: contentType }));
    return { blob, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
  }

  async copy(from: string, to: string): Promise<boolean> {
    const { bucket } = this.#location;
    const command = new this.#sdk.CopyObjectCommand({
      ...this.#at(to),
      CopySource: `${bucket}/${encodeURIComponent(this.#at(from).Key).replaceAll('%2F', '/')}`,
    });
    return (await this.#unlessMissing(() => this.#client.send(command))) !== null;
  }

  remove(key: string): Promise<void> {
    return this.#guard(0, async () => {
      await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#at(key)));
    });
  }

  async discard(key: string): Promise<void> {
    const { ListMultipartUploadsCommand, AbortMultipartUploadCommand } = this.#sdk;
    const { Bucket, Key } = this.#at(key);
    await this.#guard(0, async () => {
      // By its whole key: MinIO lists no other way.
      const listed = await this.#client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
      for (const upload of listed.Uploads ?? []) {
        if (upload.Key !== Key) continue;
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: upload.UploadId }));
      }
    });
    await this.remove(key);
  }

  async checkUsable(): Promise<void> {
    await this.#spool.health.check();
    await this.#health.check();
  }

  /** Ends the connections. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  /** A small file is one request; a larger one is several, and becomes an object with the last of them. */
  #upload(file: SpooledFile, key: string): Promise<void> {
    return this.#limit(async () => {
      await this.#send(file.sizeBytes, async () => {
        const upload = new this.#sdk.Upload({
          client: this.#client,
          params: {
            ...this.#at(key),
            Body: createReadStream(file.path, { highWaterMark: 1024 ** 2 }),
            ContentType: contentTypeOf(key),
          },
          partSize: partBytes,
          queueSize: 1,
        });
        try {
          await upload.done();
        } catch (error) {
          // The answer to the last request was lost, and it was sent again.
          if (new S3Fault(error).code !== 'NoSuchUpload' || !(await this.#isWhole(key, file))) throw error;
        }
      });
      this.#health.works();
    });
  }

  async #isWhole(key: string, { sizeBytes }: SpooledFile): Promise<boolean> {
    return (await this.find(key))?.sizeBytes === sizeBytes;
  }

  #probe(): Promise<void> {
    const content = { ...this.#at(probeKey), Body: Buffer.from('writable') };
    return this.#send(0, async () => {
      await this.#client.send(new this.#sdk.PutObjectCommand(content));
    });
  }

  /** Sends bytes with checksums, without them where the store does not implement that. */
  async #send(bytes: number, work: () => Promise<void>): Promise<void> {
    await this.#guard(bytes, async () => {
      try {
        await work();
      } catch (error) {
        if (!this.#sendsChecksums || new S3Fault(error).status !== 501) throw error;
        this.#log.info('the media bucket does not implement checksums: files are sent without them');
        this.#sendsChecksums = false;
        this.#client = createS3Client(this.#sdk, this.#location, {
          requestMs: this.#requestMs,
          checksums: false,
        });
        await work();
      }
    });
  }

  async #read(key: string, range?: string): Promise<Readable | null> {
    await this.#turns.next();
    const command = new this.#sdk.GetObjectCommand({ ...this.#at(key), ...(range && { Range: range }) });
    const answer = await this.#unlessMissing(() => this.#client.send(command));
    if (answer === null) return null;
    if (answer.Body instanceof Readable) return pacedStream(answer.Body, this.#pieces);
    throw this.#health.fault(new Error('The bucket answered without a body'), 0);
  }

  /** The bytes of an object; what ends them early is a fault of the bucket. */
  async *#ownFaults(content: Readable): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      throw this.#health.fault(new S3Fault(error), 0);
    }
  }

  /** Null where there is no such object, which only a bucket that is there can prove. */
  async #unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !/^(?:NotFound|NoSuchKey)$/.test(error.name)) {
        throw this.#health.fault(new S3Fault(error), 0);
      }
    }
    // To HEAD, a bucket that is gone answers the same.
    await this.#health.check();
    return null;
  }

  #guard<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return this.#health.guard(bytes, async () => {
      try {
        return await work();
      } catch (error) {
        throw error instanceof StorageError ? error : new S3Fault(error);
      }
    });
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    const { bucket, prefix } = this.#location;
    return { Bucket: bucket, Key: prefix === '' ? key : `${prefix}/${key}` };
  }
}
