import { MalformedError, type HeaderReader } from '../byte-source.ts';
import type { Picture } from './inspect-image.ts';

const riffBytes = 12;
/** A few chunks, and a frame of an animation is one more. */
const maxChunks = 4096;

/** Browsers do not turn a WebP by its EXIF (Chromium 153, measured). */
const upright = 1;

type Size = Pick<Picture, 'width' | 'height'>;

/**
 * The picture that a WebP holds; its data must have begun (RFC 9649).
 *
 * @throws MalformedError
 */
export async function readWebp(reader: HeaderReader): Promise<Picture> {
  let canvas: Size | null = null;
  let size: Size | null = null;
  let at = riffBytes;
  for (let chunk = 0; chunk < maxChunks && at + 8 <= reader.sizeBytes; chunk += 1) {
    const header = await reader.bytes(at, 8);
    const type = header.toString('latin1', 0, 4);
    const length = header.readUInt32LE(4);
    const body = at + 8;
    if (type === 'VP8X') canvas = await readCanvas(reader, body);
    else if (type === 'VP8 ') size ??= await readLossy(reader, body);
    else if (type === 'VP8L') size ??= await readLossless(reader, body);
    else if (type === 'ANMF') size ??= canvas;
    // A plain file has one chunk; what follows is not read.
    if (canvas === null) break;
    at = body + length + (length % 2);
  }
  if (size === null) throw new MalformedError('it has no picture');
  const { width, height } = canvas ?? size;
  if (width === 0 || height === 0) throw new MalformedError('its size is missing');
  return { width, height, orientation: upright };
}

async function readCanvas(reader: HeaderReader, body: number): Promise<Size> {
  const bytes = await reader.bytes(body, 10);
  return { width: bytes.readUIntLE(4, 3) + 1, height: bytes.readUIntLE(7, 3) + 1 };
}

async function readLossy(reader: HeaderReader, body: number): Promise<Size> {
  const bytes = await reader.bytes(body, 10);
  if (bytes.readUIntBE(3, 3) !== 0x9d_01_2a) throw new MalformedError('its picture cannot be read');
  // The two highest bits are a scale that nothing uses.
  return { width: bytes.readUInt16LE(6) & 0x3f_ff, height: bytes.readUInt16LE(8) & 0x3f_ff };
}

async function readLossless(reader: HeaderReader, body: number): Promise<Size> {
  const bytes = await reader.bytes(body, 5);
  if (bytes.readUInt8(0) !== 0x2f) throw new MalformedError('its picture cannot be read');
  const bits = bytes.readUInt32LE(1);
  return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
}
