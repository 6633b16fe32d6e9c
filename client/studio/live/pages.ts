import { ListQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import type { Request } from '../api/request.ts';
import { matches, serverFilterOf, type Filter } from './filter.ts';
import type { SeenTask } from './progress.ts';
import type { TaskStore } from './task-store.ts';
import { createValue, type OwnedValue, type Value } from './value.ts';

/** The extent to which one filtered list was read. */
export interface Reading {
  readonly state: 'reading' | 'idle' | 'failed';
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** The last task that was read; null before the first page. */
  readonly horizon: Task | null;
}

const pageSize = 50;
const unread: Reading = { state: 'idle', cursor: null, hasMore: true, horizon: null };

/** Reads the list page by page, for each filter and order. Tasks go to the store, which keeps them up to date. */
export class TaskPages {
  readonly #ask: Request;
  readonly #store: TaskStore;
  readonly #readings = new Map<string, OwnedValue<Reading>>();

  constructor(ask: Request, store: TaskStore) {
    this.#ask = ask;
    this.#store = store;
  }

  /** The extent to which the list of a filter was read. */
  reading(filter: Filter): Value<Reading> {
    return this.#reading(filter);
  }

  /**
   * Reads the next page. Returns the revision of the list; null if there was nothing to read.
   *
   * @throws RequestError; the same page can be read again later
   */
  async readMore(filter: Filter): Promise<string | null> {
    const reading = this.#reading(filter);
    const before = reading.get();
    if (before.state === 'reading' || !before.hasMore) return null;
    reading.set({ ...before, state: 'reading' });
    const isOldest = filter.sort === 'oldest';
    let { cursor, horizon } = before;
    let found = 0;
    let revision: string | null = null;
    try {
      for (;;) {
        const { videoTasks } = await this.#ask(ListQuery, {
          ...(isOldest ? { last: pageSize, before: cursor } : { first: pageSize, after: cursor }),
          filter: serverFilterOf(filter),
        });
        // A page is newest first in any case.
        const tasks = videoTasks.edges.map(({ node }) => node);
        this.#store.takePage(tasks);
        const { endCursor, hasNextPage, startCursor, hasPreviousPage } = videoTasks.pageInfo;
        const hasMore = isOldest ? hasPreviousPage : hasNextPage;
        cursor = (isOldest ? startCursor : endCursor) ?? cursor;
        horizon = (isOldest ? tasks[0] : tasks.at(-1)) ?? horizon;
        revision ??= videoTasks.revision;
        found += tasks.length;
        // The server ends a page early where a search takes long.
        const isEarly = hasMore && found < pageSize;
        reading.set({ state: isEarly ? 'reading' : 'idle', cursor, hasMore, horizon });
        if (!isEarly) return revision;
      }
    } catch (error) {
      reading.set({ state: 'failed', cursor, hasMore: true, horizon });
      throw error;
    }
  }

  /** Forgets what was read: every list starts again. */
  forget(): void {
    for (const reading of this.#readings.values()) reading.set(unread);
  }

  #reading(filter: Filter): OwnedValue<Reading> {
    const key = JSON.stringify([filter.sort, serverFilterOf(filter)]);
    let reading = this.#readings.get(key);
    if (reading === undefined) {
      reading = createValue(unread);
      this.#readings.set(key, reading);
    }
    return reading;
  }
}

/** The part of the state that is on this device alone. */
export interface Local {
  /** Tasks that are shown in any case. */
  readonly always: ReadonlySet<string>;
  readonly favourites: ReadonlySet<string>;
}

const none: Local = { always: new Set(), favourites: new Set() };

/**
 * Tasks that a filter shows, in its order: those that match, as far as the list was read, and those of `always` in any
 * case.
 */
export function shownTasks(
  tasks: readonly SeenTask[],
  filter: Filter,
  { hasMore, horizon }: Reading,
  { always, favourites }: Local = none,
): readonly SeenTask[] {
  const isOldest = filter.sort === 'oldest';
  // Favourites are read one by one, from wherever they are in the list.
  const end = hasMore && !filter.isFavourite ? (horizon?.createdAt ?? null) : null;
  const isRead = ({ createdAt }: Task) => end === null || (isOldest ? createdAt <= end : createdAt >= end);
  const shown = tasks.filter(
    ({ task }) => always.has(task.id) || (matches(task, filter, favourites.has(task.id)) && isRead(task)),
  );
  return isOldest ? shown.toReversed() : shown;
}
