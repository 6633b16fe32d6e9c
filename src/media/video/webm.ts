import { MalformedError, type HeaderReader } from '../byte-source.ts';
import type { ContainerReport, VideoFacts } from './video-facts.ts';

/** Ids of EBML and Matroska elements (RFC 8794, RFC 9559), with the bits that state their length. */
const ids = {
  header: 0x1a_45_df_a3,
  segment: 0x18_53_80_67,
  info: 0x15_49_a9_66,
  timestampScale: 0x2a_d7_b1,
  duration: 0x44_89,
  tracks: 0x16_54_ae_6b,
  trackEntry: 0xae,
  trackType: 0x83,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  displayWidth: 0x54_b0,
  displayHeight: 0x54_ba,
  displayUnit: 0x54_b2,
  cluster: 0x1f_43_b6_75,
} as const;
const videoTrack = 1;
/** Nanoseconds, where a file states none. */
const usualTimestampScale = 1_000_000;

/** Elements of a segment: one of them ends a cluster whose size is not stated. */
const segmentChildren = new Set<number>([
  ids.info,
  ids.tracks,
  ids.cluster,
  0x11_4d_9b_74, // SeekHead
  0x1c_53_bb_6b, // Cues
  0x10_43_a7_70, // Chapters
  0x19_41_a4_69, // Attachments
  0x12_54_c3_67, // Tags
]);

interface Element {
  readonly id: number;
  readonly body: number;
  /** Null: not stated. Beyond its parent's end where it is cut off. */
  readonly end: number | null;
}

/**
 * Checks that a WebM or Matroska file is whole, by its elements alone: none is cut off, there are a picture's
 * track and clusters. Bytes after the segment do no harm.
 *
 * @throws MalformedError where it is not whole
 */
export async function readWebm(reader: HeaderReader): Promise<ContainerReport> {
  const header = await readElement(reader, 0);
  if (header.id !== ids.header || header.end === null) throw new MalformedError('it has no header');
  let segment = await readElement(reader, header.end);
  while (segment.id !== ids.segment) {
    if (segment.end === null) throw new MalformedError('it has no segment');
    segment = await readElement(reader, segment.end);
  }
  const end = segment.end ?? reader.sizeBytes;
  if (end > reader.sizeBytes) throw new MalformedError('its segment is cut off');
  let picture: Picture | null = null;
  let durationSeconds: number | null = null;
  let clusters = 0;
  for (let at = segment.body; at < end;) {
    const element = await readElement(reader, at);
    if (element.end !== null && element.end > end) throw new MalformedError('its last part is cut off');
    if (element.id === ids.tracks && element.end !== null) picture ??= await readPicture(reader, element);
    if (element.id === ids.info && element.end !== null)
      durationSeconds = await readDuration(reader, element);
    if (element.id === ids.cluster) clusters += 1;
    at = element.end ?? (await endOfOpen(reader, element, end));
  }
  if (picture === null) throw new MalformedError('it has no picture');
  if (clusters === 0) throw new MalformedError('it has no media data');
  return { ...picture, durationSeconds, statesEnd: segment.end !== null };
}

/** The end of an element without a stated size: the beginning of one of its parent's. */
async function endOfOpen(reader: HeaderReader, open: Element, limit: number): Promise<number> {
  if (open.id !== ids.cluster) throw new MalformedError('one of its parts has no size');
  let at = open.body;
  while (at < limit) {
    const child = await readElement(reader, at);
    if (segmentChildren.has(child.id)) return at;
    if (child.end === null || child.end > limit) throw new MalformedError('its last part is cut off');
    at = child.end;
  }
  return at;
}

type Picture = Pick<VideoFacts, 'width' | 'height'>;

async function readPicture(reader: HeaderReader, tracks: Element): Promise<Picture | null> {
  for await (const entry of childrenOf(reader, tracks)) {
    if (entry.id !== ids.trackEntry) continue;
    let type = 0;
    let picture: Picture = { width: null, height: null };
    for await (const part of childrenOf(reader, entry)) {
      if (part.id === ids.trackType) type = (await readUnsigned(reader, part)) ?? 0;
      if (part.id === ids.video) picture = await readSize(reader, part);
    }
    if (type === videoTrack) return picture;
  }
  return null;
}

async function readSize(reader: HeaderReader, video: Element): Promise<Picture> {
  const values = new Map<number, number | null>();
  for await (const part of childrenOf(reader, video)) {
    if (Object.values<number>(ids).includes(part.id)) values.set(part.id, await readUnsigned(reader, part));
  }
  // Other units are centimetres, inches or a ratio.
  const inPixels = (values.get(ids.displayUnit) ?? 0) === 0;
  const displayed = (id: number) => (inPixels ? (values.get(id) ?? null) : null);
  return {
    width: displayed(ids.displayWidth) ?? values.get(ids.pixelWidth) ?? null,
    height: displayed(ids.displayHeight) ?? values.get(ids.pixelHeight) ?? null,
  };
}

async function readDuration(reader: HeaderReader, info: Element): Promise<number | null> {
  let scale: number | null = usualTimestampScale;
  let units: number | null = null;
  for await (const part of childrenOf(reader, info)) {
    if (part.id === ids.timestampScale) scale = await readUnsigned(reader, part);
    if (part.id === ids.duration) units = await readFloat(reader, part);
  }
  return scale === null || units === null ? null : (units * scale) / 1e9;
}

async function* childrenOf(
  reader: HeaderReader,
  { body, end }: Element,
): AsyncGenerator<Element & { readonly end: number }> {
  const limit = end ?? body;
  for (let at = body; at < limit;) {
    const child = await readElement(reader, at);
    if (child.end === null || child.end > limit) throw new MalformedError('one of its parts is too large');
    yield { ...child, end: child.end };
    at = child.end;
  }
}

/** An unsigned integer; null where it has more than 8 bytes. */
async function readUnsigned(reader: HeaderReader, { body, end }: Element): Promise<number | null> {
  const length = (end ?? body) - body;
  if (length > 8) return null;
  const bytes = await reader.bytes(body, length);
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

async function readFloat(reader: HeaderReader, { body, end }: Element): Promise<number | null> {
  const length = (end ?? body) - body;
  if (length !== 4 && length !== 8) return null;
  const bytes = await reader.bytes(body, length);
  return length === 4 ? bytes.readFloatBE(0) : bytes.readDoubleBE(0);
}

async function readElement(reader: HeaderReader, at: number): Promise<Element> {
  const id = await readVarint(reader, at, 4);
  const size = await readVarint(reader, at + id.length, 8);
  const body = at + id.length + size.length;
  const isOpen = size.value === 2 ** (7 * size.length) - 1;
  return { id: id.marked, body, end: isOpen ? null : body + size.value };
}

/** A number whose first byte states its length, with that mark and without. */
async function readVarint(
  reader: HeaderReader,
  at: number,
  maxBytes: number,
): Promise<{ marked: number; value: number; length: number }> {
  const first = (await reader.bytes(at, 1)).readUInt8(0);
  const length = Math.clz32(first) - 23;
  if (length > maxBytes) throw new MalformedError('one of its parts cannot be read');
  const bytes = await reader.bytes(at, length);
  const marked = bytes.reduce((value, byte) => value * 256 + byte, 0);
  return { marked, value: marked - 2 ** (8 * length - length), length };
}
