import type { Kysely } from 'kysely';
import { gramQuery, type Gram, type GramQuery } from './grams.ts';
import { PageReader } from './postings.ts';
import type { Search } from './search-test.ts';
import {
  blockId,
  blockRows,
  mostPages,
  numbersOf,
  pageId,
  pageOf,
  readPages,
  readSegments,
  SegmentGoneError,
  type Segment,
} from './segments.ts';
import type { Database } from '../tables/database.ts';
import type { Owner } from '../../domain/video-task.ts';

/** A stretch of an owner's tasks, exclusive of its ends: only numbers beyond one, until another is reached. */
export interface Stretch {
  readonly from: 'newest' | 'oldest';
  readonly beyond?: number | undefined;
  readonly until?: number | undefined;
}

/** A part of a stretch: tasks that the index knows nothing of, or those of which it says that they may be found. */
export type SearchPart =
  | { readonly kind: 'unindexed'; readonly beyond: number | undefined; readonly until: number | undefined }
  | { readonly kind: 'candidates'; readonly numbers: readonly number[] };

/** Runs one statement when it is the owner's turn. */
type InTurn = <Value>(read: () => Promise<Value>) => Promise<Value>;

/** Most searches end with the newest tasks: the first group of candidates is small, each is twice the one before. */
const firstGroup = 32;
/** Values in one statement. */
const mostCandidates = 250;

/**
 * The tasks that a search has to test, in parts that follow one another in the direction of the stretch. A task that is
 * in no part is not found.
 */
export class SearchParts {
  readonly #db: Kysely<Database>;
  readonly #owner: Owner;
  readonly #queries: readonly GramQuery[];
  readonly #inTurn: InTurn;

  constructor(db: Kysely<Database>, owner: Owner, search: Search, inTurn: InTurn) {
    this.#db = db;
    this.#owner = owner;
    this.#inTurn = inTurn;
    this.#queries = [search.part, ...(search.start === null ? [] : [search.start])].map(gramQuery);
  }

  async *parts(stretch: Stretch): AsyncGenerator<SearchPart> {
    const { from, until } = stretch;
    const isNewest = from === 'newest';
    let { beyond } = stretch;
    const isWithin = (number: number) =>
      (beyond === undefined || (isNewest ? number < beyond : number > beyond)) &&
      (until === undefined || (isNewest ? number > until : number < until));
    for (;;) {
      try {
        const changed = await this.#inTurn(() => this.#changed());
        const segments = await this.#inTurn(() => readSegments(this.#db, this.#owner));
        if (isNewest) segments.reverse();
        for (const segment of segments) {
          const [near, far] = isNewest ? [segment.last, segment.first] : [segment.first, segment.last];
          // All of it lies before the stretch, or behind it.
          if (beyond !== undefined && (isNewest ? far >= beyond : far <= beyond)) continue;
          if (until !== undefined && (isNewest ? near <= until : near >= until)) break;
          const isAdjacent = beyond !== undefined && Math.abs(near - beyond) <= 1;
          if (!isAdjacent && isWithin(near)) yield { kind: 'unindexed', beyond, until: near };
          for await (const group of this.#candidates(segment, changed, { from, beyond, until })) {
            const numbers = group.filter(isWithin);
            if (numbers.length > 0) yield { kind: 'candidates', numbers };
            beyond = numbers.at(-1) ?? beyond;
          }
          beyond = far;
        }
        yield { kind: 'unindexed', beyond, until };
        return;
      } catch (error) {
        if (!(error instanceof SegmentGoneError)) throw error;
        // The segments that replaced it are read from where this one was left.
      }
    }
  }

  /** The changed tasks of the owner: whatever the index says of them may be out of date. Ascending. */
  async #changed(): Promise<readonly number[]> {
    const rows = await this.#db
      .selectFrom('search_changes')
      .select('number')
      .where('owner', '=', this.#owner)
      .orderBy('number')
      .execute();
    return rows.map(({ number }) => number);
  }

  /** The tasks of a segment to test, in groups in the direction of the stretch. */
  async *#candidates(
    segment: Segment,
    changed: readonly number[],
    { from, beyond, until }: Stretch,
  ): AsyncGenerator<readonly number[]> {
    const isNewest = from === 'newest';
    const ordinals = within(
      segment,
      await this.#ordinals(segment),
      isNewest ? [until, beyond] : [beyond, until],
    );
    const stale = changed.filter((number) => number >= segment.first && number <= segment.last);
    if (isNewest) {
      ordinals.reverse();
      stale.reverse();
    }
    const isBefore = (one: number, other: number) => (isNewest ? one > other : one < other);
    let stalePassed = 0;
    for (
      let start = 0, size = firstGroup;
      start < ordinals.length;
      size = Math.min(2 * size, mostCandidates)
    ) {
      const group = await this.#numbers(segment, ordinals.slice(start, start + size));
      start += group.length;
      const last = group.at(-1) ?? 0;
      for (; stalePassed < stale.length; stalePassed += 1) {
        const number = stale[stalePassed] ?? 0;
        if (isBefore(last, number)) break;
        if (!group.includes(number)) group.push(number);
      }
      group.sort(isNewest ? (a, b) => b - a : (a, b) => a - b);
      yield* chunks(group);
    }
    yield* chunks(stale.slice(stalePassed));
  }

  /** The positions of the rows to test in a segment, ascending. */
  async #ordinals(segment: Segment): Promise<number[]> {
    const [first, ...others] = this.#queries;
    if (first === undefined) return [];
    const found = await this.#match(segment, first);
    if (others.length === 0) return found;
    const all = new Set(found);
    for (const query of others) for (const ordinal of await this.#match(segment, query)) all.add(ordinal);
    return [...all].toSorted((a, b) => a - b);
  }

  async #match(segment: Segment, query: GramQuery): Promise<number[]> {
    return query.kind === 'all' ? this.#matchAll(segment, query) : this.#matchRange(segment, query);
  }

  async #matchAll(segment: Segment, { grams }: GramQuery & { readonly kind: 'all' }): Promise<number[]> {
    const places = grams.map((gram) => ({ gram, page: pageWith(segment, gram) }));
    if (places.some(({ page }) => page < 0)) return [];
    const pages = await this.#read([...new Set(places.map(({ page }) => pageId(segment, page)))]);
    const postings: PageReader[] = [];
    for (const { gram, page } of places) {
      const data = pages.get(pageId(segment, page));
      if (data === undefined) return [];
      const posting = new PageReader(pageOf(segment, page, data));
      if (!posting.seek(gram)) return [];
      postings.push(posting);
    }
    const [shortest, ...others] = postings.toSorted((a, b) => a.bytes - b.bytes);
    let ordinals: number[] = [];
    shortest?.appendTo(ordinals);
    for (const posting of others) ordinals = ordinals.filter(posting.membership());
    return ordinals;
  }

  async #matchRange(
    segment: Segment,
    { from, to }: GramQuery & { readonly kind: 'range' },
  ): Promise<number[]> {
    const found = new Uint8Array(segment.rows);
    const list: number[] = [];
    const last = pageWith(segment, to);
    for (let start = Math.max(pageWith(segment, from), 0); start <= last; start += mostPages) {
      const indexes = Array.from(
        { length: Math.min(mostPages, last + 1 - start) },
        (_, index) => start + index,
      );
      const pages = await this.#read(indexes.map((index) => pageId(segment, index)));
      for (const index of indexes) {
        const posting = new PageReader(
          pageOf(segment, index, pages.get(pageId(segment, index)) ?? new Uint8Array()),
        );
        for (posting.seek(from); posting.gram <= to; posting.next()) {
          list.length = 0;
          posting.appendTo(list);
          for (const ordinal of list) found[ordinal] = 1;
        }
      }
    }
    const ordinals: number[] = [];
    for (let at = found.indexOf(1); at >= 0; at = found.indexOf(1, at + 1)) ordinals.push(at);
    return ordinals;
  }

  /** The numbers of the first ordinals, as many as one read finds. */
  async #numbers(segment: Segment, ordinals: readonly number[]): Promise<number[]> {
    const blockOf = (ordinal: number) => blockId(segment, Math.floor(ordinal / blockRows));
    const wanted = new Set<number>();
    for (const ordinal of ordinals) if (wanted.size < mostPages) wanted.add(blockOf(ordinal));
    const pages = await this.#read([...wanted]);
    const blocks = new Map([...pages].map(([id, data]) => [id, numbersOf(data)]));
    const numbers: number[] = [];
    for (const ordinal of ordinals) {
      const number = blocks.get(blockOf(ordinal))?.[ordinal % blockRows];
      if (number === undefined) break;
      numbers.push(number);
    }
    return numbers;
  }

  #read(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    return this.#inTurn(() => readPages(this.#db, ids));
  }
}

/** The page that has the posting of a gram, if there is one; -1 where no page can have it. */
const pageWith = ({ firstGrams }: Segment, gram: Gram): number => lastUpTo(firstGrams, gram);

/** The ordinals of the blocks in which numbers between two lie, exclusive; undefined: no bound. */
function within(
  { firstNumbers }: Segment,
  ordinals: readonly number[],
  [above, below]: readonly [number | undefined, number | undefined],
): number[] {
  const first = above === undefined ? 0 : Math.max(lastUpTo(firstNumbers, above), 0) * blockRows;
  const end =
    below === undefined ? Number.POSITIVE_INFINITY : (lastUpTo(firstNumbers, below) + 1) * blockRows;
  return ordinals.filter((ordinal) => ordinal >= first && ordinal < end);
}

/** The index of the last of ascending values that is not above a limit; -1 where all are. */
function lastUpTo(values: Uint32Array | Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function* chunks(numbers: readonly number[]): Generator<readonly number[]> {
  for (let start = 0; start < numbers.length; start += mostCandidates) {
    yield numbers.slice(start, start + mostCandidates);
  }
}
