import type { Kysely } from 'kysely';
import { beginningGram, eachGram, type Gram } from './grams.ts';
import { PageReader } from './postings.ts';
import { folded, searchedColumns, type SearchedRow } from './search-test.ts';
import { pageId, pageOf, readPages, type Segment } from './segments.ts';
import type { Database } from '../tables/database.ts';

/** Postings in the order of their grams. */
export interface PostingSource {
  /** True if `load` must be awaited before anything else is read. */
  readonly isStarved: boolean;
  /** The gram of the present posting; infinite behind the last one. */
  readonly gram: number;
  /** Appends the ordinals of the present posting to a list. */
  appendTo(list: number[]): void;
  next(): void;
  load(): Promise<void>;
}

/** Pages that are read ahead: with eight segments that are merged, some 500 KB. */
const pagesAhead = 16;

/** The postings of a segment. */
export class StoredPostings implements PostingSource {
  readonly #db: Kysely<Database>;
  readonly #segment: Segment;
  readonly #offset: number;
  readonly #isLeftOut: ((ordinal: number) => boolean) | null;
  #readers: PageReader[] = [];
  #nextPage = 0;

  /**
   * @param offset is added to each ordinal
   * @param isLeftOut true for ordinals, before the offset, that are left out
   */
  constructor(
    db: Kysely<Database>,
    segment: Segment,
    { offset = 0, isLeftOut = null as ((ordinal: number) => boolean) | null } = {},
  ) {
    this.#db = db;
    this.#segment = segment;
    this.#offset = offset;
    this.#isLeftOut = isLeftOut;
  }

  get isStarved(): boolean {
    return this.#readers.length === 0 && this.#nextPage < this.#segment.firstGrams.length;
  }

  get gram(): number {
    return this.#readers[0]?.gram ?? Number.POSITIVE_INFINITY;
  }

  appendTo(list: number[]): void {
    const start = list.length;
    this.#readers[0]?.appendTo(list, this.#offset);
    const isLeftOut = this.#isLeftOut;
    if (isLeftOut === null) return;
    let kept = start;
    for (let index = start; index < list.length; index += 1) {
      const ordinal = list[index] ?? 0;
      if (!isLeftOut(ordinal - this.#offset)) list[kept++] = ordinal;
    }
    list.length = kept;
  }

  next(): void {
    const [reader] = this.#readers;
    if (reader === undefined) return;
    reader.next();
    if (reader.gram === Number.POSITIVE_INFINITY) this.#readers.shift();
  }

  async load(): Promise<void> {
    const count = Math.min(pagesAhead, this.#segment.firstGrams.length - this.#nextPage);
    const indexes = Array.from({ length: count }, (_, index) => this.#nextPage + index);
    const pages = await readPages(
      this.#db,
      indexes.map((index) => pageId(this.#segment, index)),
    );
    this.#readers = indexes.map(
      (index) =>
        new PageReader(
          pageOf(this.#segment, index, pages.get(pageId(this.#segment, index)) ?? new Uint8Array()),
        ),
    );
    this.#nextPage += count;
  }
}

/** The postings of rows, made in memory. */
export class RowPostings implements PostingSource {
  readonly isStarved = false;
  readonly #postings = new Map<Gram, number[]>();
  #pairs = 0;
  #grams: Float64Array | null = null;
  #index = 0;

  /** Pairs of a gram and a row; each takes some 10 bytes. */
  get pairs(): number {
    return this.#pairs;
  }

  /** Adds a row. Rows come in the order of their ordinals, and before anything is read. */
  add(ordinal: number, row: SearchedRow): void {
    const postings = this.#postings;
    let pairs = 0;
    const visit = (gram: Gram) => {
      const posting = postings.get(gram);
      if (posting === undefined) postings.set(gram, [ordinal]);
      else if (posting[posting.length - 1] === ordinal) return;
      else posting.push(ordinal);
      pairs += 1;
    };
    for (const column of searchedColumns) {
      const text = row[column];
      if (text !== null) eachGram(folded(text), visit);
    }
    beginningGram(folded(row.id), visit);
    this.#pairs += pairs;
  }

  get gram(): number {
    this.#grams ??= Float64Array.from(this.#postings.keys()).toSorted();
    return this.#grams[this.#index] ?? Number.POSITIVE_INFINITY;
  }

  appendTo(list: number[]): void {
    for (const ordinal of this.#postings.get(this.gram) ?? []) list.push(ordinal);
  }

  next(): void {
    this.#index += 1;
  }

  load(): Promise<void> {
    return Promise.resolve();
  }
}
