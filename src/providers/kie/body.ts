import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib';

type Decompress = (bytes: InputType, options: ZlibOptions) => Promise<Buffer>;

/** Kie's recordings are gzip (2026). */
const decompressors = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['br', promisify(brotliDecompress)],
  ['deflate', promisify(inflate)],
]);

/**
 * Reads a body as text, decompressed where it has to be. An answer that has come and cannot be read is not one that
 * never came: null for what is longer than `maxBytes`, packed or unpacked, or in an encoding that we do not know.
 *
 * Errors of the connection are thrown on.
 */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  encoding: string | string[] | undefined,
  maxBytes: number,
): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.byteLength;
    if (length > maxBytes) return null;
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return bytes.toString();
  try {
    return (await decompressors.get(name)?.(bytes, { maxOutputLength: maxBytes }))?.toString() ?? null;
  } catch {
    // Not what its header says, or longer than allowed.
    return null;
  }
}
