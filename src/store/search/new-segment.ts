import { sql, type Kysely, type Transaction } from 'kysely';
import { mostPages, blockId, blockRows, bytesOf, pageId, type Segment } from './segments.ts';
import { PageWriter, type Page } from './postings.ts';
import type { PostingSource } from './posting-sources.ts';
import type { Database } from '../tables/database.ts';
import type { Transact } from '../transactions.ts';
import type { PacedWork } from '../../time/paced-work.ts';
import type { Owner } from '../../domain/video-task.ts';

/** The access of index building to the database, and its pace. */
export interface Building {
  readonly db: Kysely<Database>;
  readonly transact: Transact;
  readonly pace: PacedWork;
}

/** A segment when it is published. */
export interface Contents {
  readonly numbers: readonly number[] | Float64Array;
  readonly firstGrams: readonly number[];
  /** The segments that it replaces. */
  readonly replaced: readonly Pick<Segment, 'id'>[];
  /** Up to this number, changes before the segment was begun are in it. 0: none are. */
  readonly renewedTo: number;
}

/**
 * A segment that is being written. No search sees it before `publish`; what is left of one that was not published
 * is removed by a later round.
 */
export class NewSegment {
  readonly #building: Building;
  readonly #id: number;
  readonly #owner: Owner;
  readonly #first: number;
  /** The last revision before it was begun. */
  readonly #revision: number;

  private constructor(building: Building, owner: Owner, first: number, id: number, revision: number) {
    this.#building = building;
    this.#owner = owner;
    this.#first = first;
    this.#id = id;
    this.#revision = revision;
  }

  /** Begins a segment. A change of its rows from now on is noted in `search_changes`. */
  static async begin(building: Building, owner: Owner, first: number, last: number): Promise<NewSegment> {
    return building.transact(async (trx) => {
      const revision = await lockRevisions(trx);
      const { last: lastId } = await trx
        .selectFrom('search_segments')
        .select((each) => each.fn.coalesce(each.fn.max('id'), each.lit(0)).as('last'))
        .executeTakeFirstOrThrow();
      const id = lastId + 1;
      const none = new Uint8Array();
      await trx
        .insertInto('search_segments')
        .values({
          id,
          owner,
          state: 'begun',
          first_number: first,
          last_number: last,
          rows: 0,
          first_grams: none,
          first_numbers: none,
        })
        .execute();
      return new NewSegment(building, owner, first, id, revision);
    });
  }

  /**
   * Writes the union of postings. Returns the first gram of each page.
   *
   * @param areApart true if the ordinals of each source are all greater than those of the one before
   */
  async writePostings(sources: readonly PostingSource[], areApart: boolean): Promise<number[]> {
    const { pace } = this.#building;
    const firstGrams: number[] = [];
    let full: Page[] = [];
    const writer = new PageWriter((page) => full.push(page));
    const flush = async () => {
      const pages = full;
      full = [];
      const first = firstGrams.length;
      for (const { firstGram } of pages) firstGrams.push(firstGram);
      await this.#write(
        pages.map(({ data }, index) => ({ id: pageId({ id: this.#id }, first + index), data })),
      );
    };
    const ordinals: number[] = [];
    for (;;) {
      for (const source of sources) if (source.isStarved) await source.load();
      let gram = Number.POSITIVE_INFINITY;
      for (const source of sources) if (source.gram < gram) gram = source.gram;
      if (gram === Number.POSITIVE_INFINITY) break;
      ordinals.length = 0;
      for (const source of sources) {
        if (source.gram !== gram) continue;
        source.appendTo(ordinals);
        source.next();
      }
      if (!areApart) ordinals.sort((a, b) => a - b);
      if (ordinals.length > 0) writer.add(gram, ordinals);
      if (full.length >= mostPages) await flush();
      if (pace.isDue()) await pace.rest();
    }
    writer.end();
    await flush();
    return firstGrams;
  }

  /**
   * Writes the numbers of the rows, then lets searches use the segment instead of those that it replaces.
   *
   * @param last the last number that it covers
   * @returns false if another process was quicker: the segment is then dropped, as is one without any row that is live
   */
  async publish(last: number, contents: Contents): Promise<boolean> {
    const { numbers, firstGrams, replaced, renewedTo } = contents;
    const firstNumbers = await this.#writeNumbers(Float64Array.from(numbers));
    return this.#building.transact(async (trx) => {
      await lockRevisions(trx);
      const isFree = await this.#isFree(trx, last, replaced);
      if (isFree) {
        const ids = replaced.map(({ id }) => id);
        if (ids.length > 0) {
          await trx.updateTable('search_segments').set({ state: 'dropped' }).where('id', 'in', ids).execute();
        }
        await trx
          .deleteFrom('search_changes')
          .where('owner', '=', this.#owner)
          .where('number', '>=', this.#first)
          .where('number', '<=', Math.min(last, renewedTo))
          .where('revision', '<=', this.#revision)
          .execute();
      }
      await trx
        .updateTable('search_segments')
        .set({
          state: isFree && firstGrams.length > 0 ? 'ready' : 'dropped',
          last_number: last,
          rows: numbers.length,
          first_grams: bytesOf(Float64Array.from(firstGrams)),
          first_numbers: bytesOf(firstNumbers),
        })
        .where('id', '=', this.#id)
        .execute();
      return isFree;
    });
  }

  /** True if this is still the one to replace what it was made of. */
  async #isFree(
    trx: Transaction<Database>,
    last: number,
    replaced: readonly Pick<Segment, 'id'>[],
  ): Promise<boolean> {
    const present = await trx
      .selectFrom('search_segments')
      .select(['id', 'state'])
      .where('owner', '=', this.#owner)
      .where('state', '!=', 'dropped')
      .where('last_number', '>=', this.#first)
      .where('first_number', '<=', last)
      .execute();
    const ready = present.filter(({ state }) => state === 'ready').map(({ id }) => id);
    return (
      present.some(({ id }) => id === this.#id) &&
      ready.length === replaced.length &&
      replaced.every(({ id }) => ready.includes(id))
    );
  }

  async #writeNumbers(numbers: Float64Array): Promise<Float64Array> {
    const count = Math.ceil(numbers.length / blockRows);
    const blocks = Array.from({ length: count }, (_, block) =>
      numbers.subarray(block * blockRows, (block + 1) * blockRows),
    );
    const pages = blocks.map((block, index) => ({
      id: blockId({ id: this.#id }, index),
      data: bytesOf(block),
    }));
    for (let start = 0; start < count; start += mostPages) {
      await this.#write(pages.slice(start, start + mostPages));
    }
    return Float64Array.from(blocks, ([first = 0]) => first);
  }

  async #write(pages: readonly { readonly id: number; readonly data: Uint8Array }[]): Promise<void> {
    const { transact, pace } = this.#building;
    if (pages.length === 0) return;
    await transact(async (trx) => {
      await trx.insertInto('search_pages').values(pages).execute();
    });
    await pace.rest();
  }
}

/**
 * The last revision, with all changes up to it committed; until the transaction ends none is added. A change takes its
 * revision before it writes the row, so that it sees the segments that were begun by then.
 */
async function lockRevisions(trx: Transaction<Database>): Promise<number> {
  const { rows } = await sql<{ readonly value: number }>`
    update revision_counter set value = value returning value`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('The database has lost its counter of revisions');
  return row.value;
}
