import { MalformedError, type HeaderReader, type Table } from '../byte-source.ts';
import { contentOf, type Box } from './mp4-boxes.ts';
import type { Mp4Track } from './mp4-index.ts';

/** Range of the samples of a track in the file, `[start, end)`; null for one without samples. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * The range of a track's samples by the index.
 *
 * @throws MalformedError where the tables cannot be read
 */
export async function extentOf(reader: HeaderReader, track: Mp4Track): Promise<Extent | null> {
  const { tables } = track;
  const offsets = tables.get('stco') ?? tables.get('co64');
  const stsc = tables.get('stsc');
  const sizes = tables.get('stsz') ?? tables.get('stz2');
  if (offsets === undefined || stsc === undefined || sizes === undefined) {
    throw new MalformedError('its index lists no samples');
  }
  const chunks = await openTable(reader, offsets, 4, offsets.type === 'co64' ? 8 : 4);
  const runs = new SamplesPerChunk(await openTable(reader, stsc, 4, 12));
  const samples = await openSizes(reader, track, sizes);
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (let chunk = 1; chunk <= chunks.count; chunk += 1) {
    if (!chunks.isReady) await chunks.load();
    const place = chunks.next();
    const offset =
      offsets.type === 'co64'
        ? Number(chunks.block.readBigUInt64BE(place))
        : chunks.block.readUInt32BE(place);
    const count = await runs.of(chunk);
    const length = await samples.take(count);
    if (length === 0) continue;
    start = Math.min(start, offset);
    end = Math.max(end, offset + length);
  }
  return end === 0 ? null : { start, end };
}

/** A table whose count lies at an offset, directly before its entries. */
async function openTable(
  reader: HeaderReader,
  box: Box,
  countAt: number,
  entryBytes: number,
): Promise<Table> {
  const count = (await contentOf(reader, box, countAt, 4)).readUInt32BE(0);
  const entries = box.body + countAt + 4;
  if (entries + count * entryBytes > box.end) {
    throw new MalformedError(`its ${box.type} claims more entries than it has`);
  }
  return reader.table(entries, entryBytes, count);
}

/** Samples of each chunk: runs of chunks that have equally many. */
class SamplesPerChunk {
  readonly #runs: Table;
  #count = 0;
  #next: { readonly first: number; readonly count: number } | null = null;

  constructor(runs: Table) {
    this.#runs = runs;
  }

  /** Of a chunk, counted from 1; each is asked for once, in order. */
  async of(chunk: number): Promise<number> {
    while (this.#next !== null || this.#runs.left > 0) {
      this.#next ??= await this.#read();
      if (this.#next.first > chunk) break;
      this.#count = this.#next.count;
      this.#next = null;
    }
    return this.#count;
  }

  async #read(): Promise<{ first: number; count: number }> {
    if (!this.#runs.isReady) await this.#runs.load();
    const at = this.#runs.next();
    return { first: this.#runs.block.readUInt32BE(at), count: this.#runs.block.readUInt32BE(at + 4) };
  }
}

/** Sizes of samples, taken in order. */
interface SampleSizes {
  /** The bytes of the next `count` samples, as far as there are so many. */
  take(count: number): Promise<number>;
}

async function openSizes(reader: HeaderReader, track: Mp4Track, box: Box): Promise<SampleSizes> {
  if (box.type === 'stz2') return equalSizes((await contentOf(reader, box, 8, 4)).readUInt32BE(0), 1);
  const size = (await contentOf(reader, box, 4, 4)).readUInt32BE(0);
  if (size === 0) return new ListedSizes(await openTable(reader, box, 8, 4));
  const count = (await contentOf(reader, box, 8, 4)).readUInt32BE(0);
  // QuickTime counts sound in units that say nothing of bytes: that each chunk begins in the file is known then.
  return equalSizes(count, track.handler === 'vide' ? size : 1);
}

/** Samples of one size need no table, however many are claimed. */
function equalSizes(total: number, sizeBytes: number): SampleSizes {
  let left = total;
  return {
    take: (count) => {
      const taken = Math.min(left, count);
      left -= taken;
      return Promise.resolve(sizeBytes === 1 ? Math.min(taken, 1) : taken * sizeBytes);
    },
  };
}

class ListedSizes implements SampleSizes {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async take(count: number): Promise<number> {
    let bytes = 0;
    for (let left = Math.min(count, this.#table.left); left > 0; left -= 1) {
      if (!this.#table.isReady) await this.#table.load();
      bytes += this.#table.block.readUInt32BE(this.#table.next());
    }
    return bytes;
  }
}
