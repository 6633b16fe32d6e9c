import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  gunzip,
  gunzipSync,
  inflate,
  inflateSync,
  type InputType,
} from 'node:zlib';

interface Limits {
  readonly maxOutputLength: number;
  readonly finishFlush?: number;
}
interface Decompression {
  readonly now: (bytes: InputType, options: Limits) => Buffer;
  readonly inBackground: (bytes: InputType, options: Limits) => Promise<Buffer>;
  /** The flush that ends a stream that was cut: with what there is of it. */
  readonly cutFlush: number;
}

/**
 * A body of at most so many packed bytes is decompressed at once. The thread pool costs 0.2 ms of the event loop for an
 * answer of 1 KB, which takes 0.02 ms (2026-11); the longest text that fits in, zeros, takes some milliseconds.
 */
const mostAtOnceBytes = 8192;

const gzip: Decompression = {
  now: gunzipSync,
  inBackground: promisify(gunzip),
  cutFlush: constants.Z_SYNC_FLUSH,
};
/** Kie's recordings are gzip (2026). */
const decompressions = new Map<string, Decompression>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  [
    'br',
    {
      now: brotliDecompressSync,
      inBackground: promisify(brotliDecompress),
      cutFlush: constants.BROTLI_OPERATION_FLUSH,
    },
  ],
  ['deflate', { now: inflateSync, inBackground: promisify(inflate), cutFlush: constants.Z_SYNC_FLUSH }],
]);

/** A body as text, as far as it came and could be read. */
export interface BodyText {
  readonly text: string;
  /** `cut`: the connection ended it, by `error`. `unreadable`: too long, or in an encoding that we do not know. */
  readonly end: 'whole' | 'cut' | 'unreadable';
  readonly error?: unknown;
}

/**
 * Reads a body as text, decompressed where it has to be, in at most `maxBytes`, packed or unpacked. What came of a body
 * that was cut or is too long is read too: it may hold what was paid for.
 */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  encoding: string | string[] | undefined,
  maxBytes: number,
): Promise<BodyText> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let end: Pick<BodyText, 'end' | 'error'> = { end: 'whole' };
  try {
    for await (const part of body) {
      length += part.byteLength;
      if (length > maxBytes) {
        end = { end: 'unreadable' };
        break;
      }
      parts.push(part);
    }
  } catch (error) {
    end = { end: 'cut', error };
  }
  return decodedText(Buffer.concat(parts), encoding, end, maxBytes);
}

/** The text of a body of which these bytes came, decompressed where it has to be, in at most `maxBytes`. */
export async function decodedText(
  bytes: Buffer,
  encoding: string | string[] | undefined,
  end: Pick<BodyText, 'end' | 'error'>,
  maxBytes: number,
): Promise<BodyText> {
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return { text: bytes.toString(), ...end };
  const decompression = decompressions.get(name);
  // Some servers name an encoding that they do not use: the body is then searched for ids as it arrived.
  const unreadable: BodyText = {
    text: bytes.toString(),
    ...(end.end === 'cut' ? end : { end: 'unreadable' }),
  };
  if (decompression === undefined) return unreadable;
  const finishFlush = end.end === 'whole' ? {} : { finishFlush: decompression.cutFlush };
  try {
    const run = bytes.byteLength <= mostAtOnceBytes ? decompression.now : decompression.inBackground;
    const unpacked = await run(bytes, { maxOutputLength: maxBytes, ...finishFlush });
    return { text: unpacked.toString(), ...end };
  } catch {
    // Not what its header says, or longer than allowed.
    return unreadable;
  }
}

/** A body that is read as it comes, unpacked where a server packs it although it is asked not to. */
export function decoded(body: Readable, headers: IncomingHttpHeaders): Readable {
  const name = (headers['content-encoding'] ?? '').trim().toLowerCase();
  // An error destroys both, so that the reader gets it.
  if (name === 'gzip' || name === 'x-gzip') return pipeline(body, createGunzip(), () => {});
  return name === 'br' ? pipeline(body, createBrotliDecompress(), () => {}) : body;
}
