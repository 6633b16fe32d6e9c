import type { Kysely } from 'kysely';
import { gramQuery, type GramQuery } from './grams.ts';
import type { OrdinalSet } from './ordinal-set.ts';
import type { Search } from './search-test.ts';
import { matchSegments } from './segment-matches.ts';
import {
  blockId,
  blockRows,
  lastUpTo,
  mostPages,
  numbersOf,
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
/** Changes that one statement reads: there are many after many were deleted at once. */
const changesAtOnce = 4000;
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
        const changed = await this.#changed();
        const segments = await this.#inTurn(() => readSegments(this.#db, this.#owner));
        if (isNewest) segments.reverse();
        const touched = segments.filter((segment) => touches(segment, { from, beyond, until }));
        for await (const { segment, rows } of this.#matches(touched)) {
          const [near, far] = isNewest ? [segment.last, segment.first] : [segment.first, segment.last];
          const isAdjacent = beyond !== undefined && Math.abs(near - beyond) <= 1;
          if (!isAdjacent && isWithin(near)) yield { kind: 'unindexed', beyond, until: near };
          for await (const group of this.#candidates(segment, rows, changed, { from, beyond, until })) {
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

  /** The segments, each with its rows to test; as many at once as were not enough before. */
  async *#matches(
    segments: readonly Segment[],
  ): AsyncGenerator<{ readonly segment: Segment; readonly rows: OrdinalSet }> {
    for (let start = 0, size = 1; start < segments.length; start += size, size *= 2) {
      const group = segments.slice(start, start + size);
      const found = await matchSegments(group, this.#queries, (ids) => this.#read(ids));
      for (const [index, rows] of found.entries()) {
        const segment = group[index];
        if (segment !== undefined) yield { segment, rows };
      }
    }
  }

  /** The changed tasks of the owner: whatever the index says of them may be out of date. Ascending. */
  async #changed(): Promise<readonly number[]> {
    const changed: number[] = [];
    for (;;) {
      const rows = await this.#inTurn(() =>
        this.#db
          .selectFrom('search_changes')
          .select('number')
          .where('owner', '=', this.#owner)
          .where('number', '>', changed.at(-1) ?? 0)
          .orderBy('number')
          .limit(changesAtOnce)
          .execute(),
      );
      for (const { number } of rows) changed.push(number);
      if (rows.length < changesAtOnce) return changed;
    }
  }

  /** The tasks of a segment to test, in groups in the direction of the stretch. */
  async *#candidates(
    segment: Segment,
    rows: OrdinalSet,
    changed: readonly number[],
    { from, beyond, until }: Stretch,
  ): AsyncGenerator<readonly number[]> {
    const isNewest = from === 'newest';
    const ordinals = rows.between(...within(segment, isNewest ? [until, beyond] : [beyond, until]));
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

/** True if a segment does not lie before a stretch or behind it. */
function touches({ first, last }: Segment, { from, beyond, until }: Stretch): boolean {
  const [above, below] = from === 'newest' ? [until, beyond] : [beyond, until];
  return (above === undefined || last > above) && (below === undefined || first < below);
}

/** The first ordinal, and the end of those, in whose blocks numbers between two lie, exclusive; undefined: no bound. */
function within(
  { firstNumbers, rows }: Segment,
  [above, below]: readonly [number | undefined, number | undefined],
): [number, number] {
  const first = above === undefined ? 0 : Math.max(lastUpTo(firstNumbers, above), 0) * blockRows;
  return [
    first,
    below === undefined ? rows : Math.min((lastUpTo(firstNumbers, below) + 1) * blockRows, rows),
  ];
}

function* chunks(numbers: readonly number[]): Generator<readonly number[]> {
  for (let start = 0; start < numbers.length; start += mostCandidates) {
    yield numbers.slice(start, start + mostCandidates);
  }
}
