import { MalformedError, type HeaderReader } from '../byte-source.ts';
import { readOrientation } from './exif.ts';
import type { Picture } from './inspect-image.ts';

const marker = 0xff;
const startOfScan = 0xda;
const endOfImage = 0xd9;
const app1 = 0xe1;
/** Baseline, extended and progressive: what browsers display. The others are lossless or arithmetic. */
const displayedFrames = new Set([0xc0, 0xc1, 0xc2]);
const otherFrames = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** TEM and restarts have no length. */
const isAlone = (code: number): boolean => code === 0x01 || (code >= 0xd0 && code <= 0xd7);

/** More segments than any camera writes; those of 20 MB can be five million. */
const maxSegments = 4096;
/** Filling and bytes between segments, which browsers skip. */
const maxSkippedBytes = 65_536;
/** The directory with the orientation begins EXIF data. */
const exifBytes = 4000;

/**
 * The picture that a JPEG holds, from its first frame; its scan must have begun.
 *
 * @throws MalformedError
 */
export async function readJpeg(reader: HeaderReader): Promise<Picture> {
  let size: { width: number; height: number } | null = null;
  let orientation: number | null = null;
  const skipped = { bytes: 0 };
  let at = 2;
  for (let segment = 0; segment < maxSegments; segment += 1) {
    const code = await nextMarker(reader, at, skipped);
    if (isAlone(code.value)) {
      at = code.end;
      continue;
    }
    if (code.value === endOfImage) throw new MalformedError('it has no picture');
    const length = (await reader.bytes(code.end, 2)).readUInt16BE(0);
    if (length < 2) throw new MalformedError('one of its segments has no length');
    const body = code.end + 2;
    if (code.value === startOfScan) {
      if (size === null) throw new MalformedError('its size is missing');
      // One byte of the picture, at least.
      await reader.bytes(code.end + length, 1);
      return { ...size, orientation: orientation ?? 1 };
    }
    if (otherFrames.has(code.value)) throw new MalformedError('it is of a kind that browsers do not display');
    if (displayedFrames.has(code.value)) size ??= await readFrame(reader, body);
    if (code.value === app1) orientation ??= await readExif(reader, body, length - 2);
    at = code.end + length;
  }
  throw new MalformedError('it has more segments than any picture');
}

/** The next marker at or after a position. */
async function nextMarker(
  reader: HeaderReader,
  from: number,
  skipped: { bytes: number },
): Promise<{ value: number; end: number }> {
  let hasMark = false;
  for (let at = from; skipped.bytes < maxSkippedBytes;) {
    const bytes = await reader.bytes(at, Math.min(2048, Math.max(1, reader.sizeBytes - at)));
    for (const byte of bytes) {
      at += 1;
      // Any number of marks may precede a code; a zero after one is no code.
      if (hasMark && byte !== marker && byte !== 0) return { value: byte, end: at };
      hasMark = byte === marker;
      skipped.bytes += 1;
    }
  }
  throw new MalformedError('there is too much between its segments');
}

async function readFrame(reader: HeaderReader, body: number): Promise<{ width: number; height: number }> {
  const frame = await reader.bytes(body, 6);
  const height = frame.readUInt16BE(1);
  const width = frame.readUInt16BE(3);
  if (width === 0 || height === 0) throw new MalformedError('its size is missing');
  return { width, height };
}

/** The orientation; null where the segment holds something else. */
async function readExif(reader: HeaderReader, body: number, length: number): Promise<number | null> {
  if (length < 14) return null;
  const bytes = await reader.bytes(body, Math.min(length, exifBytes, reader.sizeBytes - body));
  return bytes.toString('latin1', 0, 6) === 'Exif\0\0' ? readOrientation(bytes.subarray(6)) : null;
}
