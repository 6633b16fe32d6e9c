import type { S3Client } from '@aws-sdk/client-s3';

/** A bucket, and how to reach it. */
export interface S3Location {
  readonly bucket: string;
  /** Begins every key of the store; without a slash at its ends, may be empty. */
  readonly prefix: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The operations of S3. A megabyte of code that only a server with such a store loads. */
export type S3Sdk = Awaited<ReturnType<typeof loadS3>>;

/** Loads them (105 ms, 33 MB). */
export async function loadS3() {
  const [client, { Upload }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/lib-storage'),
  ]);
  return { ...client, Upload };
}

/** For a connection, in milliseconds: 200 at once on a machine that is busy take more than five seconds. */
const connectMs = 15_000;
/** For a request and the head of its answer, in milliseconds: a part of 8 MB takes as long at 1.1 Mbit/s. */
const usualRequestMs = 60_000;
/** Each viewer holds one while the video is sent. */
const maxConnections = 2000;

/** How a client sends. */
export interface S3ClientOptions {
  /** Whether what is sent has checksums, which not every store implements. */
  readonly checksums: boolean;
  readonly requestMs?: number | undefined;
}

/** Opens a client; it connects at its first request. */
export function createS3Client(
  { S3Client: Client }: Pick<S3Sdk, 'S3Client'>,
  { endpoint, region, accessKeyId, secretAccessKey }: S3Location,
  { checksums, requestMs = usualRequestMs }: S3ClientOptions,
): S3Client {
  return new Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint !== null && {
      endpoint,
      // Hosts of one's own have no name for each bucket.
      forcePathStyle: true,
    }),
    maxAttempts: 3,
    requestChecksumCalculation: checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    // Parts of a file, whose checksum is of the whole, cannot be verified.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: 0,
      httpAgent: { maxSockets: maxConnections },
      httpsAgent: { maxSockets: maxConnections },
    },
    logger: { debug: noLog, info: noLog, warn: noLog, error: noLog },
  });
}

const noLog = (): void => {};
