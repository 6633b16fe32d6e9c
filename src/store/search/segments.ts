import type { Kysely, Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Page } from './postings.ts';
import type { Database } from '../tables/database.ts';
import { paddedList } from '../reads/padded-list.ts';
import type { Owner } from '../../domain/video-task.ts';

/** The index of the live tasks of an owner whose numbers lie between two; it is never changed, only replaced. */
export interface Segment {
  readonly id: number;
  /** All numbers from `first` to `last` are in it, or belong to no live task. */
  readonly first: number;
  readonly last: number;
  /** Its rows. Their positions are the ordinals in postings. */
  readonly rows: number;
  /** The first gram of each page of postings. */
  readonly firstGrams: Float64Array;
  /** The first number of each block of numbers. */
  readonly firstNumbers: Float64Array;
}

/** Numbers of rows in one block, which then takes as much as a page of postings. */
export const blockRows = 480;

/** Ids of pages: of each segment a range of its own, whose second half has its blocks of numbers. */
const idsOfSegment = 2 ** 20;
const firstBlock = 2 ** 19;

/** The id of a page of postings. */
export const pageId = (segment: Pick<Segment, 'id'>, page: number): number =>
  segment.id * idsOfSegment + page;

/** The id of a block of numbers. */
export const blockId = (segment: Pick<Segment, 'id'>, block: number): number =>
  segment.id * idsOfSegment + firstBlock + block;

/** The bytes of an array of numbers, as a database holds them. */
export const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A block of numbers from its bytes. */
export const numbersOf = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);

/** The segments that were read lately: they never change, and no id comes again. At most 16 MB, those of 30,000,000 tasks. */
export class KnownSegments extends LRUCache<number, Segment> {
  constructor() {
    super({
      maxSize: 16_000_000,
      sizeCalculation: ({ firstGrams, firstNumbers }) =>
        200 + firstGrams.byteLength + firstNumbers.byteLength,
    });
  }
}

/**
 * The segments of an owner that searches use, in the order of numbers.
 *
 * @param known is added to, and what it has is not read
 * @throws SegmentGoneError where one is replaced meanwhile
 */
export async function readSegments(
  db: Kysely<Database>,
  owner: Owner,
  known = new KnownSegments(),
): Promise<Segment[]> {
  const ready = await db
    .selectFrom('search_segments')
    .select('id')
    .where('owner', '=', owner)
    .where('state', '=', 'ready')
    .orderBy('last_number')
    .execute();
  const segments = new Map(ready.map(({ id }) => [id, known.get(id)]));
  const unknown = ready.flatMap(({ id }) => (segments.get(id) === undefined ? [id] : []));
  if (unknown.length > 0) {
    const rows = await db
      .selectFrom('search_segments')
      .selectAll()
      .where('id', 'in', paddedList(unknown))
      .execute();
    for (const row of rows) {
      const segment = {
        id: row.id,
        first: row.first_number,
        last: row.last_number,
        rows: row.rows,
        firstGrams: numbersOf(row.first_grams),
        firstNumbers: numbersOf(row.first_numbers),
      };
      segments.set(row.id, segment);
      known.set(row.id, segment);
    }
  }
  return [...segments.values()].map((segment) => {
    if (segment === undefined) throw new SegmentGoneError();
    return segment;
  });
}

/** The index of the last of ascending values that is not above a limit; -1 where all are. */
export function lastUpTo(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A segment was replaced while it was read, and its pages are gone: the segments that are there now have its rows. */
export class SegmentGoneError extends Error {
  override readonly name = 'SegmentGoneError';
}

/** Pages that one statement reads: some 250 KB. */
export const mostPages = 64;

/**
 * Reads pages by their ids, at most `mostPages`.
 *
 * @throws SegmentGoneError where one is missing
 */
export async function readPages(
  db: Kysely<Database>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Uint8Array>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('search_pages')
    .select(['id', 'data'])
    .where('id', 'in', paddedList(ids))
    .execute();
  const pages = new Map(rows.map(({ id, data }) => [id, data]));
  if (ids.some((id) => !pages.has(id))) throw new SegmentGoneError();
  return pages;
}

/** The page of postings with this index, of bytes that were read. */
export const pageOf = (segment: Segment, index: number, data: Uint8Array): Page => ({
  firstGram: segment.firstGrams[index] ?? 0,
  data,
});

/**
 * Removes a part of the pages of a replaced segment, and the segment itself when none is left; false: more is left. The
 * segment with the largest id stays, so that an id never comes again while a search still knows what it was.
 */
export async function removePages(
  trx: Transaction<Database>,
  segment: Pick<Segment, 'id'>,
  limit: number,
): Promise<boolean> {
  const rows = await trx
    .selectFrom('search_pages')
    .select('id')
    .where('id', '>=', pageId(segment, 0))
    .where('id', '<', pageId({ id: segment.id + 1 }, 0))
    .orderBy('id')
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  if (last !== undefined) {
    await trx
      .deleteFrom('search_pages')
      .where('id', '>=', pageId(segment, 0))
      .where('id', '<=', last.id)
      .execute();
  }
  if (rows.length === limit) return false;
  await trx
    .deleteFrom('search_segments')
    .where('id', '=', segment.id)
    .where('id', '<', (query) =>
      query.selectFrom('search_segments').select(({ fn }) => fn.max('id').as('id')),
    )
    .execute();
  return true;
}
