import type { Gram, GramQuery } from './grams.ts';
import { OrdinalSet } from './ordinal-set.ts';
import { PageReader } from './postings.ts';
import { lastUpTo, mostPages, pageId, pageOf, type Segment } from './segments.ts';

/** Reads pages of segments, at most `mostPages`. */
type ReadPages = (ids: readonly number[]) => Promise<ReadonlyMap<number, Uint8Array>>;

/** Grams that are read at once: mostly these leave nothing, or so little that it is tested as quickly. */
const gramsAtOnce = 4;
/** So few rows of a segment are tested as quickly as further postings are read. */
const fewRows = 16;
/** The time of a test of one row, and of the postings of one gram with and for each row of the segment, in microseconds. */
const testUs = 8;
const postingUs = 6;
const postingRowUs = 1e-4;

/** What was found in a segment so far. */
interface Found {
  readonly segment: Segment;
  /** The grams that were not read yet, in order. */
  grams: readonly Gram[];
  /** Null before the first gram. */
  rows: OrdinalSet | null;
}

/** The rows of segments, in their order, that have all grams of one of the queries, or one of its range. */
export async function matchSegments(
  segments: readonly Segment[],
  queries: readonly GramQuery[],
  read: ReadPages,
): Promise<readonly OrdinalSet[]> {
  const match = (query: GramQuery) =>
    query.kind === 'all' ? matchAll(segments, query, read) : matchRange(segments, query, read);
  const [first, ...others] = queries;
  if (first !== undefined && others.length === 0) return match(first);
  const sets = segments.map(({ rows }) => new OrdinalSet(rows));
  for (const query of queries) {
    for (const [index, rows] of (await match(query)).entries()) sets[index]?.join(rows);
  }
  return sets;
}

async function matchAll(
  segments: readonly Segment[],
  query: GramQuery & { readonly kind: 'all' },
  read: ReadPages,
): Promise<readonly OrdinalSet[]> {
  const found = segments.map((segment): Found => ({
    segment,
    grams: inOrder(segment, query),
    rows: null,
  }));
  for (let pending: readonly Found[] = found.filter(({ grams }) => grams.length > 0); pending.length > 0;) {
    const sizes = pending.map(({ rows }) => rows?.size ?? null);
    const atOnce = Math.floor(mostPages / gramsAtOnce);
    for (let start = 0; start < pending.length; start += atOnce) {
      await narrow(pending.slice(start, start + atOnce), read);
    }
    pending = pending.filter((each, index) => isWorthMore(each, sizes[index] ?? null));
  }
  return found.map(({ rows }) => rows ?? OrdinalSet.none);
}

/**
 * The grams in the order in which they leave the fewest rows soonest: where words meet, then those of three characters that
 * few rows have. That is known without reading them: a long posting begins a page. None where one is in no page.
 */
function inOrder(
  segment: Segment,
  { places, threes }: GramQuery & { readonly kind: 'all' },
): readonly Gram[] {
  const [rare, frequent]: [Gram[], Gram[]] = [[], []];
  for (const gram of threes) {
    const page = pageWith(segment, gram);
    if (page < 0) return [];
    (segment.firstGrams[page] === gram ? frequent : rare).push(gram);
  }
  return [...places, ...rare, ...frequent];
}

/** True if the next grams take less time than the tests that they save, as those before did. @param before null: at first */
function isWorthMore({ segment, grams, rows }: Found, before: number | null): boolean {
  const size = rows?.size ?? 0;
  if (size <= fewRows || grams.length === 0) return false;
  return (
    before === null || (before - size) * testUs > gramsAtOnce * (postingUs + segment.rows * postingRowUs)
  );
}

/** Keeps the rows that have the next grams of each. */
async function narrow(found: readonly Found[], read: ReadPages): Promise<void> {
  const ids = new Set<number>();
  for (const { segment, grams } of found) {
    for (const gram of grams.slice(0, gramsAtOnce)) ids.add(pageId(segment, pageWith(segment, gram)));
  }
  const pages = await read([...ids]);
  for (const each of found) {
    const { segment, grams } = each;
    const some = grams.slice(0, gramsAtOnce);
    each.grams = grams.slice(gramsAtOnce);
    const postings: PageReader[] = [];
    for (const gram of some) {
      const page = pageWith(segment, gram);
      const data = pages.get(pageId(segment, page));
      const posting = data === undefined ? null : new PageReader(pageOf(segment, page, data));
      if (posting?.seek(gram) === true) postings.push(posting);
    }
    each.rows = postings.length < some.length ? OrdinalSet.none : inAll(segment, postings, each.rows);
  }
}

/** What is in all postings, and in a set if there is one, which is changed. */
function inAll(
  segment: Segment,
  postings: readonly PageReader[],
  before: OrdinalSet | null,
): OrdinalSet | null {
  let rows = before;
  // One for all of them: memory outside the heap is dear to collect.
  const posted = new OrdinalSet(segment.rows);
  for (const posting of postings) {
    if (rows === null) {
      rows = new OrdinalSet(segment.rows);
      rows.add(posting);
    } else {
      posted.clear();
      posted.add(posting);
      rows.keep(posted);
    }
  }
  return rows;
}

async function matchRange(
  segments: readonly Segment[],
  { from, to }: GramQuery & { readonly kind: 'range' },
  read: ReadPages,
): Promise<readonly OrdinalSet[]> {
  const sets: OrdinalSet[] = [];
  for (const segment of segments) {
    const rows = new OrdinalSet(segment.rows);
    const last = pageWith(segment, to);
    for (let start = Math.max(pageWith(segment, from), 0); start <= last; start += mostPages) {
      const indexes = Array.from(
        { length: Math.min(mostPages, last + 1 - start) },
        (_, index) => start + index,
      );
      const pages = await read(indexes.map((index) => pageId(segment, index)));
      for (const index of indexes) {
        const data = pages.get(pageId(segment, index));
        if (data === undefined) continue;
        const posting = new PageReader(pageOf(segment, index, data));
        for (posting.seek(from); posting.gram <= to; posting.next()) rows.add(posting);
      }
    }
    sets.push(rows);
  }
  return sets;
}

/** The page that has the posting of a gram, if there is one; -1 where no page can have it. */
const pageWith = ({ firstGrams }: Segment, gram: Gram): number => lastUpTo(firstGrams, gram);
