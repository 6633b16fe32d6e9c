import { MalformedError, type HeaderReader, type Table } from '../byte-source.ts';
import { childrenOf, contentOf, versionOf, type Box } from './mp4-boxes.ts';
import type { Mp4Index } from './mp4-index.ts';

/** The extent of one fragment of a track, in the file and in time. */
export interface Fragment {
  readonly trackId: number;
  /** The end of its last sample in the file; null where its fragment does not say. */
  readonly dataEnd: number | null;
  /** Its start, in units of the track; null where it follows the one before. */
  readonly startUnits: number | null;
  readonly lengthUnits: number;
}

/** Flags of `tfhd` that say which fields it has, with their bytes, in their order. */
const tfhdFields = [
  ['baseDataOffset', 0x01, 8],
  ['sampleDescription', 0x02, 4],
  ['duration', 0x08, 4],
  ['size', 0x10, 4],
] as const;
/** The same of `trun`, before its samples and within each. */
const trunHasDataOffset = 0x01;
const trunHasFirstFlags = 0x04;
const trunFields = [
  ['duration', 0x01_00, 4],
  ['size', 0x02_00, 4],
  ['flags', 0x04_00, 4],
  ['compositionOffset', 0x08_00, 4],
] as const;

/**
 * The fragments that a `moof` describes, one a track.
 *
 * @throws MalformedError where a player could not read it
 */
export async function readFragments(reader: HeaderReader, moof: Box, index: Mp4Index): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  for await (const traf of childrenOf(reader, moof)) {
    if (traf.type === 'traf') fragments.push(await readFragment(reader, moof, traf, index));
  }
  return fragments;
}

async function readFragment(reader: HeaderReader, moof: Box, traf: Box, index: Mp4Index): Promise<Fragment> {
  let trackId = 0;
  let base: number | null = moof.start;
  let sampleSize: number | null = null;
  let sampleUnits = 0;
  let dataEnd: number | null = null;
  let startUnits: number | null = null;
  let lengthUnits = 0;
  for await (const box of childrenOf(reader, traf)) {
    if (box.type === 'tfhd') {
      const { flags } = await versionOf(reader, box);
      trackId = (await contentOf(reader, box, 4, 4)).readUInt32BE(0);
      const field = fieldReader(reader, box, flags, tfhdFields);
      base = (await field('baseDataOffset')) ?? moof.start;
      sampleSize = await field('size');
      sampleUnits = (await field('duration')) ?? index.defaultDurations.get(trackId) ?? 0;
    }
    if (box.type === 'tfdt') {
      const { version } = await versionOf(reader, box);
      const bytes = await contentOf(reader, box, 4, version === 1 ? 8 : 4);
      startUnits = version === 1 ? Number(bytes.readBigUInt64BE(0)) : bytes.readUInt32BE(0);
    }
    if (box.type !== 'trun') continue;
    const run = await readRun(reader, box, sampleSize, sampleUnits);
    lengthUnits += run.units;
    const end: number | null = run.dataOffset === null ? dataEnd : base + run.dataOffset;
    dataEnd = end === null || run.bytes === null ? null : end + run.bytes;
  }
  if (trackId === 0) throw new MalformedError('one of its fragments names no track');
  return { trackId, dataEnd, startUnits, lengthUnits };
}

/** The samples of a `trun` together. */
async function readRun(
  reader: HeaderReader,
  trun: Box,
  defaultSize: number | null,
  defaultUnits: number,
): Promise<{ dataOffset: number | null; bytes: number | null; units: number }> {
  const { flags } = await versionOf(reader, trun);
  const count = (await contentOf(reader, trun, 4, 4)).readUInt32BE(0);
  const hasDataOffset = (flags & trunHasDataOffset) !== 0;
  const dataOffset = hasDataOffset ? (await contentOf(reader, trun, 8, 4)).readInt32BE(0) : null;
  const headBytes = 8 + (hasDataOffset ? 4 : 0) + ((flags & trunHasFirstFlags) === 0 ? 0 : 4);
  const fields = trunFields.filter(([, flag]) => (flags & flag) !== 0).map(([name]) => name);
  const entryBytes = 4 * fields.length;
  const table = reader.table(trun.body + headBytes, entryBytes, entryBytes === 0 ? 0 : count);
  if (trun.body + headBytes + entryBytes * table.count > trun.end) {
    throw new MalformedError('one of its fragments claims more samples than it has');
  }
  const units = fields.indexOf('duration');
  const size = fields.indexOf('size');
  const sums = await sumsOf(table, [units, size]);
  return {
    dataOffset,
    bytes: size !== -1 ? sums[1] : defaultSize === null ? null : defaultSize * count,
    units: units !== -1 ? sums[0] : defaultUnits * count,
  };
}

/** The sums of two columns of a table of words; -1: no such column. */
async function sumsOf(table: Table, columns: readonly [number, number]): Promise<[number, number]> {
  const sums: [number, number] = [0, 0];
  while (table.left > 0) {
    if (!table.isReady) await table.load();
    const at = table.next();
    if (columns[0] !== -1) sums[0] += table.block.readUInt32BE(at + 4 * columns[0]);
    if (columns[1] !== -1) sums[1] += table.block.readUInt32BE(at + 4 * columns[1]);
  }
  return sums;
}

/** Reads fields that are there only where their flag is set, after a word of flags and one of an id. */
function fieldReader<Name extends string>(
  reader: HeaderReader,
  box: Box,
  flags: number,
  fields: readonly (readonly [Name, flag: number, bytes: number])[],
): (field: Name) => Promise<number | null> {
  return async (field) => {
    let at = 8;
    for (const [name, flag, bytes] of fields) {
      if ((flags & flag) === 0) continue;
      if (name === field) {
        const value = await contentOf(reader, box, at, bytes);
        return bytes === 8 ? Number(value.readBigUInt64BE(0)) : value.readUInt32BE(0);
      }
      at += bytes;
    }
    return null;
  };
}
