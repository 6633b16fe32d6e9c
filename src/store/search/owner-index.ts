import type { Kysely } from 'kysely';
import { NewSegment, type Building } from './new-segment.ts';
import { RowPostings, StoredPostings } from './posting-sources.ts';
import { searchedColumns } from './search-test.ts';
import { blockId, numbersOf, readPages, readSegments, type Segment } from './segments.ts';
import type { Database } from '../tables/database.ts';
import { liveTasks } from '../reads/matching.ts';
import type { Owner } from '../../domain/video-task.ts';

/** The sizes of segments, in rows. */
export interface SegmentSizes {
  /** The least number of rows in a segment: fewer, the newest of an owner, are read one by one. */
  readonly least: number;
  /** So many segments of about one size become one. */
  readonly merged: number;
  /** A segment of so many rows is never merged. */
  readonly most: number;
  /** Pairs of a gram and a row after which a segment ends that is made in memory. */
  readonly mostPairs: number;
  /** A segment is renewed after at least so many changes of its rows, and at least so large a part of them. */
  readonly changes: number;
  readonly changedPart: number;
}

/**
 * 256 rows are read in 2 ms. Merging eight writes each row four times until it is in one of the largest, of which 1,000,000
 * tasks have eight. 500,000 pairs are some 700 tasks and 10 MB.
 */
export const usualSizes: SegmentSizes = {
  least: 256,
  merged: 8,
  most: 131_072,
  mostPairs: 500_000,
  changes: 64,
  changedPart: 1 / 256,
};

/** Rows that are read at once. */
const rowsAtOnce = 40;
/** Changed rows that are renewed at once: thousands were deleted together, and each time the whole segment is written. */
const renewedAtOnce = 10_000;

/** The index of one owner's tasks, and the steps that bring it up to date. Only one process may do so at a time. */
export class OwnerIndex {
  readonly #building: Building;
  readonly #owner: Owner;
  readonly #sizes: SegmentSizes;

  constructor(building: Building, owner: Owner, sizes: SegmentSizes) {
    this.#building = building;
    this.#owner = owner;
    this.#sizes = sizes;
  }

  /** Indexes the newest tasks, unless they are few. Returns their number. */
  async addNewest(): Promise<number> {
    const { db, pace } = this.#building;
    const { least, mostPairs } = this.#sizes;
    const covered = await db
      .selectFrom('search_segments')
      .select('last_number')
      .where('owner', '=', this.#owner)
      .where('state', '=', 'ready')
      .orderBy('last_number', 'desc')
      .limit(1)
      .executeTakeFirst();
    const first = (covered?.last_number ?? 0) + 1;
    const beyond = liveTasks(db, this.#owner).where('number', '>=', first);
    const newest = await beyond
      .select('number')
      .orderBy('number')
      .offset(least - 1)
      .limit(1)
      .executeTakeFirst();
    if (newest === undefined) return 0;
    const { last } = await beyond.select(({ fn }) => fn.max('number').as('last')).executeTakeFirstOrThrow();
    const segment = await NewSegment.begin(this.#building, this.#owner, first, last);
    const postings = new RowPostings();
    const numbers: number[] = [];
    while (postings.pairs < mostPairs) {
      const rows = await liveTasks(db, this.#owner)
        .select(['number', ...searchedColumns])
        .where('number', '>', numbers.at(-1) ?? first - 1)
        .where('number', '<=', last)
        .orderBy('number')
        .limit(rowsAtOnce)
        .execute();
      for (const row of rows) {
        postings.add(numbers.length, row);
        numbers.push(row.number);
        if (pace.isDue()) await pace.rest();
      }
      if (rows.length < rowsAtOnce) break;
    }
    const end = numbers.at(-1) ?? first;
    const firstGrams = await segment.writePostings([postings], true);
    await segment.publish(end, {
      numbers,
      firstGrams,
      replaced: [],
      renewedTo: end,
    });
    return numbers.length;
  }

  /** Makes one segment of neighbours of about one size; false where there are too few. */
  async mergeSome(): Promise<boolean> {
    const { db } = this.#building;
    const group = neighbours(await readSegments(db, this.#owner), this.#sizes);
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return false;
    const segment = await NewSegment.begin(this.#building, this.#owner, first.first, last.last);
    const offsets = group.map((_, index) => sum(group.slice(0, index).map(({ rows }) => rows)));
    const firstGrams = await segment.writePostings(
      group.map((each, index) => new StoredPostings(db, each, { offset: offsets[index] ?? 0 })),
      true,
    );
    const numbers: number[] = [];
    for (const each of group) for (const number of await readNumbers(db, each)) numbers.push(number);
    return segment.publish(last.last, {
      numbers,
      firstGrams,
      replaced: group,
      renewedTo: 0,
    });
  }

  /**
   * Renews the rows of a segment in which many rows have changed, or some before a time; false where there is none.
   *
   * @param longBefore in milliseconds since 1970
   */
  async renewSome(longBefore: number): Promise<boolean> {
    for (const segment of await readSegments(this.#building.db, this.#owner)) {
      const { changes, changedPart } = this.#sizes;
      const changed = await this.#changedRows(segment);
      const areMany =
        changed.length >= Math.min(renewedAtOnce, Math.max(changes, segment.rows * changedPart));
      if (areMany || changed.some(({ at }) => at < longBefore)) {
        if (
          await this.#renew(
            segment,
            changed.map(({ number }) => number),
          )
        )
          return true;
      }
    }
    return false;
  }

  #changedRows({ first, last }: Segment) {
    return this.#building.db
      .selectFrom('search_changes')
      .select(['number', 'at'])
      .where('owner', '=', this.#owner)
      .where('number', '>=', first)
      .where('number', '<=', last)
      .orderBy('number')
      .limit(renewedAtOnce)
      .execute();
  }

  async #renew(segment: Segment, changed: readonly number[]): Promise<boolean> {
    const { db, pace } = this.#building;
    const { first, last } = segment;
    const renewed = await NewSegment.begin(this.#building, this.#owner, first, last);
    const numbers = await readNumbers(db, segment);
    const ordinals = new Map(changed.map((number) => [number, indexOf(numbers, number)]));
    const leftOut = new Set(ordinals.values());
    const postings = new RowPostings();
    for (let start = 0; start < changed.length; start += rowsAtOnce) {
      const part = changed.slice(start, start + rowsAtOnce);
      const rows = await liveTasks(db, this.#owner)
        .select(['number', ...searchedColumns])
        .where('number', 'in', part)
        .orderBy('number')
        .execute();
      if (pace.isDue()) await pace.rest();
      for (const row of rows) {
        const ordinal = ordinals.get(row.number);
        if (ordinal !== undefined && ordinal >= 0) postings.add(ordinal, row);
        if (pace.isDue()) await pace.rest();
      }
    }
    const kept = new StoredPostings(db, segment, { isLeftOut: (ordinal) => leftOut.has(ordinal) });
    const firstGrams = await renewed.writePostings([kept, postings], false);
    return renewed.publish(last, {
      numbers,
      firstGrams,
      replaced: [segment],
      renewedTo: changed.at(-1) ?? 0,
    });
  }
}

/** The numbers of all rows of a segment. */
async function readNumbers(db: Kysely<Database>, segment: Segment): Promise<Float64Array> {
  const numbers = new Float64Array(segment.rows);
  const blocks = segment.firstNumbers.length;
  const atOnce = 32;
  let length = 0;
  for (let start = 0; start < blocks; start += atOnce) {
    const ids = Array.from({ length: Math.min(atOnce, blocks - start) }, (_, index) =>
      blockId(segment, start + index),
    );
    const pages = await readPages(db, ids);
    for (const id of ids) {
      const block = numbersOf(pages.get(id) ?? new Uint8Array());
      numbers.set(block, length);
      length += block.length;
    }
  }
  return numbers;
}

/** The place of a number in an ascending list; -1 where it is not in it. */
function indexOf(numbers: Float64Array, number: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number ? low : -1;
}

/** The oldest segments that follow one another, are of about one size and fill a larger one; none if there are none. */
function neighbours<Each extends Segment>(segments: readonly Each[], sizes: SegmentSizes): readonly Each[] {
  const sizeClass = ({ rows }: Each) =>
    Math.floor(Math.log(rows / sizes.least) / Math.log(sizes.merged) + 1e-9);
  let group: Each[] = [];
  for (const segment of segments) {
    const [before] = group;
    const isLike = before !== undefined && sizeClass(before) === sizeClass(segment);
    const isFull =
      group.length === sizes.merged ||
      (isLike && sum(group.map(({ rows }) => rows)) + segment.rows > sizes.most);
    if (group.length > 1 && isFull) return group;
    if (!isLike || isFull) group = [];
    if (segment.rows < sizes.most) group.push(segment);
    else group = [];
  }
  return group.length === sizes.merged ? group : [];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
