import { ListQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import type { Request } from '../api/request.ts';
import type { SeenTask } from './progress.ts';
import type { TaskStore } from './task-store.ts';
import { createValue, type OwnedValue, type Value } from './value.ts';

/** Filter of the gallery. */
export interface Filter {
  readonly search: string;
  readonly status: Task['status'] | null;
  readonly provider: Task['provider'] | null;
}

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

/** Reads the list page by page, for each filter. Tasks go to the store, which keeps them up to date. */
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
    try {
      const { videoTasks } = await this.#ask(ListQuery, {
        first: pageSize,
        after: before.cursor,
        filter: {
          ...(filter.search !== '' && { search: filter.search }),
          ...(filter.status !== null && { status: [filter.status] }),
          ...(filter.provider !== null && { provider: [filter.provider] }),
        },
      });
      const tasks = videoTasks.edges.map(({ node }) => node);
      this.#store.takePage(tasks);
      reading.set({
        state: 'idle',
        cursor: videoTasks.pageInfo.endCursor ?? before.cursor,
        hasMore: videoTasks.pageInfo.hasNextPage,
        horizon: tasks.at(-1) ?? before.horizon,
      });
      return videoTasks.revision;
    } catch (error) {
      reading.set({ ...before, state: 'failed' });
      throw error;
    }
  }

  /** Forgets what was read: every list starts again. */
  forget(): void {
    for (const reading of this.#readings.values()) reading.set(unread);
  }

  #reading(filter: Filter): OwnedValue<Reading> {
    const key = JSON.stringify([filter.search, filter.status, filter.provider]);
    let reading = this.#readings.get(key);
    if (reading === undefined) {
      reading = createValue(unread);
      this.#readings.set(key, reading);
    }
    return reading;
  }
}

/**
 * Tasks that a filter shows: those that match, down to the last task read, and those of `always` in any case.
 */
export function shownTasks(
  tasks: readonly SeenTask[],
  filter: Filter,
  { hasMore, horizon }: Reading,
  always: ReadonlySet<string> = new Set(),
): readonly SeenTask[] {
  return tasks.filter(
    ({ task }) =>
      always.has(task.id) ||
      (matches(task, filter) && !(hasMore && horizon !== null && task.createdAt < horizon.createdAt)),
  );
}

/** True if a task matches a filter. */
export function matches(task: Task, { search, status, provider }: Filter): boolean {
  if (status !== null && task.status !== status) return false;
  if (provider !== null && task.provider !== provider) return false;
  if (search === '') return true;
  const lowered = search.toLowerCase();
  const { prompt, label, id, providerTaskId } = task;
  return [prompt, label, id, providerTaskId].some((text) => text?.toLowerCase().includes(lowered));
}
