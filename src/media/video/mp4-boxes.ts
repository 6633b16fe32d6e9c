import { MalformedError, type HeaderReader } from '../byte-source.ts';

/** A box of MP4 or MOV: `[start, end)` in the file, its content from `body` on. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  /** Beyond the parent's end where the box is cut off. */
  readonly end: number;
}

const shortHeaderBytes = 8;
const longHeaderBytes = 16;
/** A size that means: to the end of what holds the box. */
const toTheEnd = 0;
/** A size that means: 64 bits of it follow the type. */
const isLong = 1;

/** The box that begins at a position inside `[.., limit)`; null where no box can begin. */
export async function readBox(reader: HeaderReader, at: number, limit: number): Promise<Box | null> {
  if (limit - at < shortHeaderBytes) return null;
  const header = await reader.bytes(at, shortHeaderBytes);
  const size = header.readUInt32BE(0);
  const type = header.toString('latin1', 4, 8);
  // Zeros are what a file is filled with, and never a type.
  if (type === '\0\0\0\0') return null;
  if (size === toTheEnd) return { type, start: at, body: at + shortHeaderBytes, end: limit };
  if (size !== isLong) {
    return size < shortHeaderBytes ? null : { type, start: at, body: at + shortHeaderBytes, end: at + size };
  }
  if (limit - at < longHeaderBytes) return { type, start: at, body: limit, end: Number.POSITIVE_INFINITY };
  const longSize = Number((await reader.bytes(at, longHeaderBytes)).readBigUInt64BE(8));
  return longSize < longHeaderBytes
    ? null
    : { type, start: at, body: at + longHeaderBytes, end: at + longSize };
}

/**
 * The boxes directly inside a box. Ends where no box can begin: QuickTime closes some lists by zeros.
 *
 * @throws MalformedError where one is larger than what holds it
 */
export async function* childrenOf(reader: HeaderReader, parent: Box): AsyncGenerator<Box> {
  for (let at = parent.body; ;) {
    const box = await readBox(reader, at, parent.end);
    if (box === null) return;
    if (box.end > parent.end) throw new MalformedError(`a box of its ${parent.type} is larger than that`);
    yield box;
    at = box.end;
  }
}

/** A part of a box's content. */
export async function contentOf(
  reader: HeaderReader,
  box: Box,
  offset: number,
  length: number,
): Promise<Buffer> {
  if (box.body + offset + length > box.end) throw new MalformedError(`its ${box.type} is too short`);
  return reader.bytes(box.body + offset, length);
}

/** The version and the flags that begin most boxes. */
export async function versionOf(
  reader: HeaderReader,
  box: Box,
): Promise<{ readonly version: number; readonly flags: number }> {
  const word = (await contentOf(reader, box, 0, 4)).readUInt32BE(0);
  return { version: word >>> 24, flags: word & 0xff_ff_ff };
}
