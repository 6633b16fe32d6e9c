import type { Kysely } from 'kysely';
import { CandidateGroups, within } from './candidate-groups.ts';
import { beginningQuery, gramQuery, type GramQuery } from './grams.ts';
import type { OrdinalSet } from './ordinal-set.ts';
import type { Search } from './search-test.ts';
import { matchSegments } from './segment-matches.ts';
import { readPages, readSegments, SegmentGoneError, type KnownSegments, type Segment } from './segments.ts';
import { boundsOf, isInside, justBefore, touches, type Stretch } from './stretch.ts';
import { costUs, type WorkLimit } from '../work-limit.ts';
import type { Database } from '../tables/database.ts';
import type { Owner } from '../../domain/video-task.ts';

/** A part of a stretch: tasks that the index knows nothing of, or those of which it says that they may be found. */
export type SearchPart =
  | { readonly kind: 'unindexed'; readonly beyond: number | undefined; readonly until: number | undefined }
  /** The part ends with the number `reached`; there may be none in it. */
  | { readonly kind: 'candidates'; readonly numbers: readonly number[]; readonly reached: number };

/**
 * The numbers of the tasks of a stretch that pass the filter beside the search, in its direction; null where to read them is
 * more work than to look at so many candidates.
 */
export type FilteredNumbers = (
  stretch: Required<Stretch>,
  candidates: number,
) => Promise<AsyncIterable<readonly number[]> | null>;

/** The access of searches to one owner's tasks. */
export interface Searched {
  readonly db: Kysely<Database>;
  readonly owner: Owner;
  readonly known: KnownSegments;
  /** Runs one statement when it is the owner's turn. */
  readonly inTurn: <Value>(read: () => Promise<Value>) => Promise<Value>;
  readonly filtered: FilteredNumbers;
  /** What was read is counted; the parts go on nevertheless. */
  readonly work: WorkLimit;
}

/** Changes that one statement reads: there are many after many were deleted at once. */
const changesAtOnce = 4000;
/** Segments that are matched at once, at most. */
const segmentsAtOnce = 8;

/**
 * The tasks that a search has to test, in parts that follow one another in the direction of the stretch. A task that is
 * in no part is not found.
 */
export class SearchParts {
  readonly #searched: Searched;
  readonly #queries: readonly GramQuery[];
  /** By segment: stretches of one search meet in a segment. */
  readonly #matched = new Map<number, OrdinalSet>();

  constructor(searched: Searched, search: Search) {
    this.#searched = searched;
    const { part, start } = search;
    this.#queries = [gramQuery(part), ...(start === null ? [] : [beginningQuery(start)])];
  }

  async *parts({ from, beyond, until }: Stretch): AsyncGenerator<SearchPart> {
    let reached = beyond;
    for (;;) {
      // Before the segments: one that is newer than the changes has them already.
      const { changed, end } = await this.#changes({ from, beyond: reached, until });
      try {
        for await (const part of this.#pass({ from, beyond: reached, until: end }, changed)) {
          yield part;
          if (part.kind === 'candidates') reached = part.reached;
          else if (part.until !== undefined) reached = justBefore(part.until, { from });
        }
        if (end === until) return;
        reached = changed.at(-1);
      } catch (error) {
        if (!(error instanceof SegmentGoneError)) throw error;
        // The segments that replaced it are read from where this one was left.
      }
    }
  }

  /** @param changed the changed tasks of the stretch, in its direction */
  async *#pass(stretch: Stretch, changed: readonly number[]): AsyncGenerator<SearchPart> {
    const { db, owner, known, inTurn } = this.#searched;
    const { from, until } = stretch;
    let { beyond } = stretch;
    const segments = await inTurn(() => readSegments(db, owner, known));
    if (from === 'newest') segments.reverse();
    const touched = segments.filter((segment) => touches(stretch, segment));
    for await (const { segment, rows } of this.#matches(touched)) {
      const [near, far] = from === 'newest' ? [segment.last, segment.first] : [segment.first, segment.last];
      const isAdjacent = beyond !== undefined && Math.abs(near - beyond) <= 1;
      if (!isAdjacent && isInside({ ...stretch, beyond }, near)) {
        yield { kind: 'unindexed', beyond, until: near };
        beyond = justBefore(near, stretch);
      }
      const rest = { ...stretch, beyond };
      const groups = new CandidateGroups(
        { segment, rows, changed: changed.filter((number) => isIn(segment, number)) },
        (ids) => this.#read(ids),
      );
      const others = await this.#others(segment, rows, rest);
      for await (const group of others === null ? groups.all(rest) : groups.among(others)) {
        yield { kind: 'candidates', ...group };
      }
      beyond = until === undefined || isInside({ from, until }, far) ? far : justBefore(until, stretch);
      yield { kind: 'candidates', numbers: [], reached: beyond };
    }
    yield { kind: 'unindexed', beyond, until };
  }

  /** The tasks that pass the filter, where the segment has fewer of them than of those that the index names. */
  #others(segment: Segment, rows: OrdinalSet, stretch: Stretch) {
    const [above, below] = boundsOf(stretch);
    const first = Math.max(segment.first - 1, above ?? 0);
    const last = Math.min(segment.last + 1, below ?? Number.POSITIVE_INFINITY);
    const [beyond, until] = stretch.from === 'newest' ? [last, first] : [first, last];
    const candidates = rows.countBetween(...within(segment, [above, below]));
    return this.#searched.filtered({ from: stretch.from, beyond, until }, candidates);
  }

  /** The segments, each with its rows to test; as many at once as were not enough before. */
  async *#matches(
    segments: readonly Segment[],
  ): AsyncGenerator<{ readonly segment: Segment; readonly rows: OrdinalSet }> {
    for (let start = 0, size = 1; start < segments.length;) {
      const group = segments.slice(start, start + size);
      const unknown = group.filter(({ id }) => !this.#matched.has(id));
      const found = await matchSegments(unknown, this.#queries, (ids) => this.#read(ids));
      for (const [index, { id }] of unknown.entries()) {
        const rows = found[index];
        if (rows !== undefined) this.#matched.set(id, rows);
      }
      for (const segment of group) {
        const rows = this.#matched.get(segment.id);
        if (rows !== undefined) yield { segment, rows };
      }
      start += size;
      size = Math.min(2 * size, segmentsAtOnce);
    }
  }

  /**
   * The changed tasks at the beginning of a stretch, in its direction: whatever the index says of them may be out of date.
   * `end` is the end of the stretch, or of the part of which these are all.
   */
  async #changes({ from, beyond, until }: Stretch) {
    const { db, owner, inTurn, work } = this.#searched;
    const [further, short] = from === 'newest' ? (['<', '>'] as const) : (['>', '<'] as const);
    const rows = await inTurn(() =>
      db
        .selectFrom('search_changes')
        .select('number')
        .where('owner', '=', owner)
        .$if(beyond !== undefined, (query) => query.where('number', further, beyond ?? 0))
        .$if(until !== undefined, (query) => query.where('number', short, until ?? 0))
        .orderBy('number', from === 'newest' ? 'desc' : 'asc')
        .limit(changesAtOnce)
        .execute(),
    );
    work.spend(rows.length * costUs.passed);
    const changed = rows.map(({ number }) => number);
    const last = changed.length < changesAtOnce ? undefined : changed.at(-1);
    return { changed, end: last === undefined ? until : last + (from === 'newest' ? -1 : 1) };
  }

  #read(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    const { db, inTurn, work } = this.#searched;
    work.spend(ids.length * costUs.page);
    return inTurn(() => readPages(db, ids));
  }
}

const isIn = ({ first, last }: Segment, number: number): boolean => number >= first && number <= last;
