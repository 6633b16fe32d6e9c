import { MalformedError, type HeaderReader } from '../byte-source.ts';
import { readOrientation } from './exif.ts';
import type { Picture } from './inspect-image.ts';

const signatureBytes = 8;
/** The length, the type and the checksum of each chunk. */
const chunkBytes = 12;
/** The largest size that the format knows (PNG 3, 11.2.1). */
const maxSide = 2 ** 31 - 1;
/** More than come before the picture of any PNG. */
const maxChunks = 4096;
const exifBytes = 4000;

/**
 * The picture that a PNG holds; its data must have begun.
 *
 * @throws MalformedError
 */
export async function readPng(reader: HeaderReader): Promise<Picture> {
  let size: { width: number; height: number } | null = null;
  let orientation = 1;
  let at = signatureBytes;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    const header = await reader.bytes(at, 8);
    const length = header.readUInt32BE(0);
    const type = header.toString('latin1', 4, 8);
    const body = at + 8;
    if (size === null) {
      if (type !== 'IHDR' || length !== 13) throw new MalformedError('its header is missing');
      const words = await reader.bytes(body, length);
      size = { width: words.readUInt32BE(0), height: words.readUInt32BE(4) };
      if (size.width === 0 || size.height === 0) throw new MalformedError('its size is missing');
      if (size.width > maxSide || size.height > maxSide) throw new MalformedError('its size is no valid one');
    }
    if (type === 'IEND') break;
    if (type === 'eXIf') {
      orientation = readOrientation(
        await reader.bytes(body, Math.min(length, exifBytes, Math.max(0, reader.sizeBytes - body))),
      );
    }
    if (type === 'IDAT' && length > 0) {
      await reader.bytes(body, 1);
      return { ...size, orientation };
    }
    at += chunkBytes + length;
  }
  throw new MalformedError('it has no picture');
}
