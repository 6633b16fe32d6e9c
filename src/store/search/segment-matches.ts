import type { Gram, GramQuery } from './grams.ts';
import { OrdinalSet } from './ordinal-set.ts';
import { PageReader } from './postings.ts';
import { lastUpTo, mostPages, pageId, pageOf, type Segment } from './segments.ts';

/** Reads pages of segments, at most `mostPages`. */
type ReadPages = (ids: readonly number[]) => Promise<ReadonlyMap<number, Uint8Array>>;

/** Grams that are read at once: mostly these leave nothing, or so little that it is tested as quickly. */
const gramsAtOnce = 4;
/** So few rows of a segment are tested as quickly as further postings are read. */
const fewRows = 24;

/** What was found in a segment so far; null before the first gram. */
interface Found {
  readonly segment: Segment;
  rows: OrdinalSet | null;
}

/** The rows of segments, in their order, that have all grams of one of the queries, or one of its range. */
export async function matchSegments(
  segments: readonly Segment[],
  queries: readonly GramQuery[],
  read: ReadPages,
): Promise<readonly OrdinalSet[]> {
  const match = (query: GramQuery) =>
    query.kind === 'all' ? matchAll(segments, query.grams, read) : matchRange(segments, query, read);
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
  grams: readonly Gram[],
  read: ReadPages,
): Promise<readonly OrdinalSet[]> {
  const found = segments.map((segment): Found => ({ segment, rows: null }));
  let pending: readonly Found[] = found;
  let sizeBefore = Number.POSITIVE_INFINITY;
  for (let next = 0; next < grams.length; next += gramsAtOnce) {
    const size = sizeOf(pending);
    // Grams that left most rows will be followed by others that do.
    if (next > 0 && (size <= fewRows * pending.length || size > sizeBefore / 2)) break;
    sizeBefore = next > 0 ? size : sizeBefore;
    const some = grams.slice(next, next + gramsAtOnce);
    const atOnce = Math.floor(mostPages / some.length);
    for (let start = 0; start < pending.length; start += atOnce) {
      await narrow(pending.slice(start, start + atOnce), some, read);
    }
    pending = found.filter(({ rows }) => rows !== null && rows.size > 0);
  }
  return found.map(({ rows }) => rows ?? OrdinalSet.none);
}

const sizeOf = (found: readonly Found[]): number =>
  found.reduce((sum, { rows }) => sum + (rows?.size ?? 0), 0);

/** Keeps the rows that have some grams. */
async function narrow(found: readonly Found[], grams: readonly Gram[], read: ReadPages): Promise<void> {
  const ids = new Set<number>();
  for (const { segment } of found) {
    for (const gram of grams) {
      const page = pageWith(segment, gram);
      if (page >= 0) ids.add(pageId(segment, page));
    }
  }
  const pages = await read([...ids]);
  for (const each of found) {
    const { segment } = each;
    const postings: PageReader[] = [];
    for (const gram of grams) {
      const page = pageWith(segment, gram);
      const data = pages.get(pageId(segment, page));
      const posting = data === undefined ? null : new PageReader(pageOf(segment, page, data));
      if (posting?.seek(gram) === true) postings.push(posting);
    }
    each.rows = postings.length < grams.length ? OrdinalSet.none : inAll(segment, postings, each.rows);
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
