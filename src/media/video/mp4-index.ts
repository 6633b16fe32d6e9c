import { MalformedError, type HeaderReader } from '../byte-source.ts';
import { childrenOf, contentOf, versionOf, type Box } from './mp4-boxes.ts';

/** One track as the index of a file declares it. */
export interface Mp4Track {
  readonly id: number;
  /** `vide`, `soun` and others. */
  readonly handler: string;
  /** Units of its times in a second. */
  readonly timescale: number;
  readonly durationSeconds: number | null;
  /** As displayed; null for what has no picture. */
  readonly width: number | null;
  readonly height: number | null;
  /** The list of its samples. */
  readonly tables: ReadonlyMap<string, Box>;
}

/** The index of a file: its `moov`. */
export interface Mp4Index {
  readonly tracks: readonly Mp4Track[];
  readonly durationSeconds: number | null;
  /** True if samples may come in fragments (`moof`) too. */
  readonly isFragmented: boolean;
  /** The length of all fragments, where the index states it. */
  readonly fragmentedSeconds: number | null;
  /** By the id of a track: the duration of samples whose fragment states none. */
  readonly defaultDurations: ReadonlyMap<number, number>;
}

/** More tracks than any clip has. */
const maxTracks = 64;

/**
 * Reads the index.
 *
 * @throws MalformedError where a player could not read it
 */
export async function readIndex(reader: HeaderReader, moov: Box): Promise<Mp4Index> {
  const tracks: Mp4Track[] = [];
  let header: Times | null = null;
  let isFragmented = false;
  let fragmentUnits: number | null = null;
  const defaultDurations = new Map<number, number>();
  for await (const box of childrenOf(reader, moov)) {
    if (box.type === 'mvhd') header = await readTimes(reader, box);
    if (box.type === 'trak') {
      if (tracks.length === maxTracks) throw new MalformedError('it has more tracks than any clip');
      const track = await readTrack(reader, box);
      if (track !== null) tracks.push(track);
    }
    if (box.type !== 'mvex') continue;
    isFragmented = true;
    for await (const part of childrenOf(reader, box)) {
      if (part.type === 'mehd') fragmentUnits = await readLength(reader, part);
      if (part.type === 'trex') {
        const words = await contentOf(reader, part, 4, 12);
        defaultDurations.set(words.readUInt32BE(0), words.readUInt32BE(8));
      }
    }
  }
  if (header === null) throw new MalformedError('its index has no header');
  return {
    tracks,
    durationSeconds: secondsOf(header),
    isFragmented,
    fragmentedSeconds: fragmentUnits === null ? null : secondsOf({ ...header, units: fragmentUnits }),
    defaultDurations,
  };
}

/** A track; null where it lacks what every track has, as do those of other programs' own data. */
async function readTrack(reader: HeaderReader, trak: Box): Promise<Mp4Track | null> {
  let track: TrackHeader | null = null;
  let times: Times | null = null;
  let handler = '';
  const tables = new Map<string, Box>();
  for await (const box of childrenOf(reader, trak)) {
    if (box.type === 'tkhd') track = await readTrackHeader(reader, box);
    if (box.type !== 'mdia') continue;
    for await (const part of childrenOf(reader, box)) {
      if (part.type === 'mdhd') times = await readTimes(reader, part);
      if (part.type === 'hdlr') handler = (await contentOf(reader, part, 8, 4)).toString('latin1');
      if (part.type !== 'minf') continue;
      for await (const inner of childrenOf(reader, part)) {
        if (inner.type !== 'stbl') continue;
        for await (const table of childrenOf(reader, inner)) tables.set(table.type, table);
      }
    }
  }
  if (track === null || times === null) return null;
  const { id, isTurned } = track;
  const picture = handler === 'vide' ? await pictureOf(reader, track, tables.get('stsd')) : null;
  return {
    id,
    handler,
    timescale: times.perSecond,
    durationSeconds: secondsOf(times),
    width: picture === null ? null : isTurned ? picture.height : picture.width,
    height: picture === null ? null : isTurned ? picture.width : picture.height,
    tables,
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size that the track states, else that of its samples. */
async function pictureOf(
  reader: HeaderReader,
  track: TrackHeader,
  stsd: Box | undefined,
): Promise<Size | null> {
  if (track.width > 0 && track.height > 0) return track;
  // The first description: 4 bytes of version, 4 of count, 8 of the entry's header, 24 until its width.
  if (stsd === undefined || stsd.end - stsd.body < 44) return null;
  const words = await contentOf(reader, stsd, 40, 4);
  return { width: words.readUInt16BE(0), height: words.readUInt16BE(2) };
}

interface TrackHeader extends Size {
  readonly id: number;
  /** By a quarter, to either side. */
  readonly isTurned: boolean;
}

async function readTrackHeader(reader: HeaderReader, tkhd: Box): Promise<TrackHeader> {
  const { version } = await versionOf(reader, tkhd);
  const id = (await contentOf(reader, tkhd, version === 1 ? 20 : 12, 4)).readUInt32BE(0);
  // Behind the times: two reserved words, layer, group, volume; nine numbers of a matrix; width and height as 16.16.
  const words = await contentOf(reader, tkhd, version === 1 ? 52 : 40, 44);
  const matrix = (index: number) => words.readInt32BE(4 * index);
  return {
    id,
    isTurned: matrix(0) === 0 && matrix(4) === 0 && matrix(1) !== 0 && matrix(3) !== 0,
    width: words.readUInt32BE(36) / 65_536,
    height: words.readUInt32BE(40) / 65_536,
  };
}

/** A length in units, and how many of them are a second. */
interface Times {
  readonly units: number | null;
  readonly perSecond: number;
}

/** `mvhd` and `mdhd` begin alike. */
async function readTimes(reader: HeaderReader, box: Box): Promise<Times> {
  const { version } = await versionOf(reader, box);
  const words = await contentOf(reader, box, version === 1 ? 20 : 12, version === 1 ? 12 : 8);
  return { perSecond: words.readUInt32BE(0), units: unitsIn(words.subarray(4)) };
}

async function readLength(reader: HeaderReader, mehd: Box): Promise<number | null> {
  const { version } = await versionOf(reader, mehd);
  return unitsIn(await contentOf(reader, mehd, 4, version === 1 ? 8 : 4));
}

/** A length of 4 or 8 bytes; null where all its bits are set, which means: not known. */
function unitsIn(bytes: Buffer): number | null {
  if (bytes.every((byte) => byte === 0xff)) return null;
  return bytes.byteLength === 8 ? Number(bytes.readBigUInt64BE(0)) : bytes.readUInt32BE(0);
}

const secondsOf = ({ units, perSecond }: Times): number | null =>
  units === null || units === 0 || perSecond === 0 ? null : units / perSecond;
