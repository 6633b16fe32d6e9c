import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { S3Location } from '../../../src/media/storage/s3-client.ts';
import { startLoopback } from '../loopback.ts';
import { startProgram } from '../processes.ts';
import { bucket } from './bucket.ts';

/** Answers a request in place of the server, or returns false to let it through. */
export type S3Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A real S3 server, behind a wire that a test can spoil. */
export interface TestS3 extends AsyncDisposable {
  /** Of a store in it. */
  readonly location: S3Location;
  /** Settings of a server whose media are in it. */
  readonly env: Readonly<Record<string, string>>;
  /** The same without the wire, which is in this process: for crowds that it would keep waiting. */
  readonly directEnv: Readonly<Record<string, string>>;
  /** Spoils requests from now on; null ends that. */
  spoil(fault: S3Fault | null): void;
  /** Keys of all objects under the prefix, without it and without the probe. */
  keys(): Promise<string[]>;
  /** How many uploads in parts were begun and not ended. */
  unfinished(): number;
  /** The server's own process. */
  readonly pid: number;
}

const credentials = { accessKeyId: 'test-key-id', secretAccessKey: 'test-secret-that-no-log-has' };

/** Starts it; with a folder, objects are kept there and not in memory. */
export async function startS3(folder?: string): Promise<TestS3> {
  await using stack = new AsyncDisposableStack();
  const program = stack.use(
    await startProgram(['node', 'test/support/s3/s3-process.ts', ...(folder === undefined ? [] : [folder])]),
  );
  let fault: S3Fault | null = null;
  const uploads = new UploadsInParts();
  const proxy = stack.use(
    await startLoopback((incoming, response) => {
      if (fault?.(incoming, response) === true || uploads.list(incoming, response)) return;
      uploads.note(incoming, response);
      passOn(program.url, incoming, response);
    }),
  );
  const location = { bucket, prefix: 'media', endpoint: proxy.url, region: 'eu-test-1', ...credentials };
  const client = stack.adopt(
    new S3Client({ endpoint: program.url, region: location.region, credentials, forcePathStyle: true }),
    (it) => it.destroy(),
  );
  const env = {
    MEDIA_STORE: `s3://${bucket}/media`,
    S3_ENDPOINT: proxy.url,
    S3_REGION: location.region,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const running = stack.move();
  return {
    location,
    env,
    directEnv: { ...env, S3_ENDPOINT: program.url },
    pid: program.pid,
    spoil: (next) => {
      fault = next;
    },
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.flatMap(({ Key }) => (Key?.startsWith('media/') ? [Key.slice('media/'.length)] : []))
        .filter((key) => key !== 'reelay-probe')
        .toSorted();
    },
    unfinished: () => uploads.size,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Uploads in parts that were begun and not ended: fauxqs 2.4 does not list them. */
class UploadsInParts {
  readonly #keys = new Map<string, string>();

  get size(): number {
    return this.#keys.size;
  }

  /** Answers the request for the list. */
  list({ method, url = '' }: IncomingMessage, response: ServerResponse): boolean {
    const [path, query] = url.split('?');
    const parameters = new URLSearchParams(query);
    if (method !== 'GET' || path?.replace(/\/$/, '') !== `/${bucket}` || !parameters.has('uploads'))
      return false;
    const prefix = parameters.get('prefix') ?? '';
    const uploads = [...this.#keys].filter(([, key]) => key.startsWith(prefix));
    const items = uploads.map(([id, key]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`);
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<ListMultipartUploadsResult><Bucket>${bucket}</Bucket>${items.join('')}</ListMultipartUploadsResult>`,
      );
    return true;
  }

  /** Learns from a request and its answer. */
  note({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
    const [path = '', query] = url.split('?');
    const parameters = new URLSearchParams(query);
    const id = parameters.get('uploadId');
    if (method === 'POST' && parameters.has('uploads')) {
      const write = response.write.bind(response);
      response.write = (chunk: Buffer, ...rest: unknown[]) => {
        const [, begun] = /<UploadId>([^<]+)</.exec(String(chunk)) ?? [];
        if (begun !== undefined) this.#keys.set(begun, decodeURIComponent(path.slice(bucket.length + 2)));
        return write(chunk, ...(rest as []));
      };
    } else if (id !== null && (method === 'DELETE' || method === 'POST')) {
      response.once('finish', () => {
        if (response.statusCode < 300) this.#keys.delete(id);
      });
    }
  }
}

function passOn(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '/' } = incoming;
  const outgoing = request(new URL(url, target), { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}

/** An error as S3 answers it. */
export const refusesAll =
  (status: number, code: string): S3Fault =>
  (incoming, response) => {
    incoming.resume();
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(
        incoming.method === 'HEAD'
          ? undefined
          : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
      );
    return true;
  };
