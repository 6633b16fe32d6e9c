import { MalformedError, type HeaderReader } from '../byte-source.ts';
import { contentOf, readBox, versionOf, type Box } from './mp4-boxes.ts';
import { readFragments } from './mp4-fragments.ts';
import { readIndex, type Mp4Index, type Mp4Track } from './mp4-index.ts';
import { extentOf } from './mp4-samples.ts';
import type { ContainerReport } from './video-facts.ts';

/** Boxes at the top of a file. One of them that is larger than the rest of the file is cut off. */
const topLevelTypes = new Set(
  'ftyp styp moov moof mdat free skip wide uuid meta mfra sidx ssix prft emsg pdin udta pnot idat'.split(' '),
);
/** An index and its fragments may state lengths that differ a little. */
const toleratedSeconds = 1;
const toleratedShare = 0.1;

/** The top level of a file. */
interface Layout {
  readonly moov: Box | null;
  readonly fragments: readonly Box[];
  /** From the first `mdat` to the end of the last. */
  readonly media: { readonly start: number; readonly end: number } | null;
  readonly lastMediaStart: number;
  /** The length that the file must have by its segment index. */
  readonly indexedEnd: number;
  /** True if the last bytes are no box. */
  readonly hasRest: boolean;
  readonly endsWithIndex: boolean;
}

/**
 * Checks that an MP4 or MOV is whole, by its boxes alone: none is cut off, the index can be read, and everything
 * that it points to lies in the file. Bytes after the last box do no harm.
 *
 * @throws MalformedError where it is not whole
 */
export async function readMp4(reader: HeaderReader): Promise<ContainerReport> {
  const layout = await readLayout(reader);
  const { moov, fragments, media } = layout;
  if (moov === null) throw new MalformedError('its index (moov) is missing');
  const index = await readIndex(reader, moov);
  const video = index.tracks.find(({ handler }) => handler === 'vide');
  if (video === undefined) throw new MalformedError('it has no picture');
  if (media === null) throw new MalformedError('its media data (mdat) is missing');
  const hasListed = await checkListed(reader, index, media);
  const fragmentedSeconds = index.isFragmented ? await checkFragments(reader, layout, index, video) : null;
  if (!hasListed && fragments.length === 0) throw new MalformedError('it has no samples');
  return {
    width: video.width,
    height: video.height,
    durationSeconds: fragmentedSeconds ?? index.durationSeconds ?? video.durationSeconds,
    // Without fragments the index lists everything.
    statesEnd:
      fragments.length === 0 ||
      layout.endsWithIndex ||
      layout.indexedEnd > 0 ||
      index.fragmentedSeconds !== null,
  };
}

async function readLayout(reader: HeaderReader): Promise<Layout> {
  const { sizeBytes } = reader;
  let moov: Box | null = null;
  const fragments: Box[] = [];
  let mediaStart: number | null = null;
  let mediaEnd = 0;
  let lastMediaStart = 0;
  let indexedEnd = 0;
  let endsWithIndex = false;
  let at = 0;
  while (at < sizeBytes) {
    const box = await readBox(reader, at, sizeBytes);
    if (box === null) break;
    if (box.end > sizeBytes) {
      if (topLevelTypes.has(box.type)) throw new MalformedError(`its ${box.type} is cut off`);
      break;
    }
    if (box.type === 'moov') moov ??= box;
    if (box.type === 'moof') fragments.push(box);
    if (box.type === 'sidx') indexedEnd = Math.max(indexedEnd, await endOfSegments(reader, box));
    if (box.type === 'mdat') {
      mediaStart ??= box.body;
      mediaEnd = box.end;
      lastMediaStart = box.start;
    }
    endsWithIndex = box.type === 'mfra';
    at = box.end;
  }
  const media = mediaStart === null ? null : { start: mediaStart, end: mediaEnd };
  return { moov, fragments, media, lastMediaStart, indexedEnd, hasRest: at < sizeBytes, endsWithIndex };
}

/** Checks the samples that the index itself lists; answers whether there are any of the picture. */
async function checkListed(
  reader: HeaderReader,
  index: Mp4Index,
  media: NonNullable<Layout['media']>,
): Promise<boolean> {
  let hasPicture = false;
  for (const track of index.tracks) {
    if (track.handler !== 'vide' && track.handler !== 'soun') continue;
    const extent = await extentOf(reader, track);
    if (extent === null) continue;
    if (extent.start < media.start || extent.end > media.end) {
      throw new MalformedError('its media data (mdat) is cut off');
    }
    if (track.handler === 'vide') hasPicture = true;
  }
  return hasPicture;
}

/** Checks the fragments; answers until when they reach, in seconds. */
async function checkFragments(
  reader: HeaderReader,
  { fragments, lastMediaStart, indexedEnd, hasRest, endsWithIndex }: Layout,
  index: Mp4Index,
  video: Mp4Track,
): Promise<number | null> {
  const { sizeBytes } = reader;
  const last = fragments.at(-1);
  const isCut =
    indexedEnd > sizeBytes ||
    // A box that begins after a fragment would be the next one.
    (hasRest && !endsWithIndex) ||
    (last !== undefined && last.start > lastMediaStart);
  if (isCut) throw new MalformedError('its last fragment is cut off');
  let endUnits = 0;
  for (const moof of fragments) {
    for (const fragment of await readFragments(reader, moof, index)) {
      if ((fragment.dataEnd ?? 0) > sizeBytes) throw new MalformedError('its last fragment is cut off');
      if (fragment.trackId !== video.id) continue;
      endUnits = Math.max(endUnits, (fragment.startUnits ?? endUnits) + fragment.lengthUnits);
    }
  }
  const seconds = endUnits > 0 && video.timescale > 0 ? endUnits / video.timescale : null;
  const stated = index.fragmentedSeconds;
  if (stated !== null && seconds !== null) {
    const missing = stated - seconds;
    if (missing > Math.max(toleratedSeconds, toleratedShare * stated)) {
      throw new MalformedError(`${Math.round(missing)} of its ${Math.round(stated)} seconds are missing`);
    }
  }
  return seconds;
}

/** The end of the segments that a `sidx` lists. */
async function endOfSegments(reader: HeaderReader, sidx: Box): Promise<number> {
  const { version } = await versionOf(reader, sidx);
  const offsetBytes = version === 0 ? 4 : 8;
  const words = await contentOf(reader, sidx, 12 + offsetBytes, offsetBytes + 4);
  const first = version === 0 ? words.readUInt32BE(0) : Number(words.readBigUInt64BE(0));
  const count = words.readUInt16BE(offsetBytes + 2);
  const entries = sidx.body + 12 + 2 * offsetBytes + 4;
  if (entries + 12 * count > sidx.end) throw new MalformedError('its segment index is too short');
  const table = reader.table(entries, 12, count);
  let end = sidx.end + first;
  while (table.left > 0) {
    if (!table.isReady) await table.load();
    // The highest bit says that the reference is to another index.
    end += table.block.readUInt32BE(table.next()) & 0x7f_ff_ff_ff;
  }
  return end;
}
