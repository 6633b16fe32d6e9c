import type { Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import { OwnerIndex, usualSizes, type SegmentSizes } from './owner-index.ts';
import { mostPages, removePages, SegmentGoneError } from './segments.ts';
import type { Database } from '../tables/database.ts';
import type { Transact } from '../transactions.ts';
import { PacedWork } from '../../time/paced-work.ts';
import type { Owner } from '../../domain/video-task.ts';

/** The work between two rests, and their length: half of the event loop at most, and 8 ms at a time. */
const usualPace = { sliceMs: 8, restFactor: 1 };
/** All owners are looked at this often, in milliseconds; otherwise those with new tasks. */
const sweepMs = 3_600_000;
/** What was deleted is out of the index after as long, in milliseconds, plus a sweep. */
const keepDeletedMs = 24 * 3_600_000;
/** A round ends after as long, in milliseconds, and the next one goes on: an instance does not do it for ever. */
const longestRoundMs = 300_000;
/** Changes that are looked through at once. */
const changesAtOnce = 1000;
/** Owners whose new tasks are counted: those beyond are found by the next sweep. */
const mostCounted = 10_000;

/** What a round did. */
export interface IndexingRound {
  /** Tasks that were added to the index. */
  readonly added: number;
  /** False if there is more to do at once. */
  readonly isDone: boolean;
}

/** Brings the search index up to date, in rounds. Searches are right without it, but read more rows. */
export class SearchIndex {
  readonly #db: Kysely<Database>;
  readonly #transact: Transact;
  readonly #now: () => number;
  readonly #sizes: SegmentSizes;
  readonly #pace: typeof usualPace;
  readonly #newTasks = new LRUCache<Owner, number>({ max: mostCounted });
  /** Owners that the present sweep has still to look at: those after this one; null when there is none. */
  #sweepAfter: string | null = '';
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Changes up to this revision have been looked through. */
  #revision = 0;

  constructor(
    db: Kysely<Database>,
    {
      transact,
      now,
      sizes = usualSizes,
      pace = usualPace,
    }: {
      readonly transact: Transact;
      readonly now: () => number;
      readonly sizes?: SegmentSizes;
      readonly pace?: typeof usualPace;
    },
  ) {
    this.#db = db;
    this.#transact = transact;
    this.#now = now;
    this.#sizes = sizes;
    this.#pace = pace;
  }

  /**
   * Does one round, in steps of some milliseconds. What it has begun when it fails or is stopped is begun again later.
   *
   * @param signal ends it within one step
   * @throws the reason of the signal
   */
  async update(signal: AbortSignal): Promise<IndexingRound> {
    const until = performance.now() + longestRoundMs;
    const building = { db: this.#db, transact: this.#transact, pace: new PacedWork(signal, this.#pace) };
    let added = 0;
    const updateOwner = async (owner: Owner, longBefore: number) => {
      const index = new OwnerIndex(building, owner, this.#sizes);
      try {
        while (performance.now() < until) {
          const count = await index.addNewest();
          added += count;
          const isMerged = await index.mergeSome();
          if (count === 0 && !isMerged && !(await index.renewSome(longBefore))) return true;
          await this.#removeDropped(building.pace);
        }
      } catch (error) {
        // Another process does the same, as one does whose turn ended while it was paused.
        if (!(error instanceof SegmentGoneError)) throw error;
      }
      return false;
    };

    await this.#removeDropped(building.pace);
    if (this.#sweepAfter === null && performance.now() - this.#sweptAt > sweepMs) this.#sweepAfter = '';
    if (this.#sweepAfter === '') {
      // What comes from now on is seen among the changes.
      this.#revision = await this.#lastRevision();
      this.#sweptAt = performance.now();
      await this.#dropBegun();
    }
    while (this.#sweepAfter !== null) {
      const owner = await this.#nextOwner(this.#sweepAfter);
      if (owner !== null && !(await updateOwner(owner, this.#now() - keepDeletedMs))) {
        return { added, isDone: false };
      }
      this.#sweepAfter = owner;
      await building.pace.rest();
    }
    for (const owner of await this.#changedOwners(building.pace)) {
      if (!(await updateOwner(owner, 0))) {
        // The rest of them too.
        this.#sweepAfter = '';
        return { added, isDone: false };
      }
    }
    await this.#removeDropped(building.pace);
    return { added, isDone: true };
  }

  async #lastRevision(): Promise<number> {
    const { value } = await this.#db.selectFrom('revision_counter').select('value').executeTakeFirstOrThrow();
    return value;
  }

  async #nextOwner(after: string): Promise<Owner | null> {
    const row = await this.#db
      .selectFrom('tasks')
      .select('owner')
      .where('deleted_at', 'is', null)
      .where('owner', '>', after)
      .orderBy('owner')
      .limit(1)
      .executeTakeFirst();
    return (row?.owner as Owner | undefined) ?? null;
  }

  /** The owners with enough new tasks or changed ones. */
  async #changedOwners(pace: PacedWork): Promise<readonly Owner[]> {
    const owners = new Set<Owner>();
    const last = await this.#lastRevision();
    const isChanged = this.#revision < last;
    while (this.#revision < last) {
      const rows = await this.#db
        .selectFrom('tasks')
        .select(['owner', 'number', 'revision'])
        .where('revision', '>', this.#revision)
        .where('revision', '<=', last)
        .orderBy('revision')
        .limit(changesAtOnce)
        .execute();
      for (const { owner, number } of rows) {
        if (number <= this.#revision) continue;
        const count = (this.#newTasks.get(owner as Owner) ?? 0) + 1;
        this.#newTasks.set(owner as Owner, count);
      }
      this.#revision = rows.length < changesAtOnce ? last : (rows.at(-1)?.revision ?? last);
      await pace.rest();
    }
    for (const [owner, count] of this.#newTasks.entries()) {
      if (count < this.#sizes.least) continue;
      owners.add(owner);
      this.#newTasks.delete(owner);
    }
    if (isChanged) for (const owner of await this.#ownersOfChanges()) owners.add(owner);
    return [...owners];
  }

  async #ownersOfChanges(): Promise<readonly Owner[]> {
    const rows = await this.#db
      .selectFrom('search_changes')
      .select('owner')
      .groupBy('owner')
      .having(({ fn }) => fn.countAll(), '>=', this.#sizes.changes)
      .execute();
    return rows.map(({ owner }) => owner as Owner);
  }

  /** Segments that a process began and did not finish. */
  async #dropBegun(): Promise<void> {
    await this.#db
      .updateTable('search_segments')
      .set({ state: 'dropped' })
      .where('state', '=', 'begun')
      .execute();
  }

  async #removeDropped(pace: PacedWork): Promise<void> {
    const dropped = await this.#db
      .selectFrom('search_segments')
      .select('id')
      .where('state', '=', 'dropped')
      .execute();
    for (const segment of dropped) {
      while (!(await this.#transact((trx) => removePages(trx, segment, mostPages)))) await pace.rest();
    }
  }
}
