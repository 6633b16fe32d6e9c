import { ListQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import type { Request } from '../api/request.ts';
import type { SeenTask } from './progress.ts';
import type { TaskStore } from './task-store.ts';
import { createValue, type OwnedValue, type Value } from './value.ts';

/** What the gallery is narrowed to. */
export interface Filter {
  readonly search: string;
  readonly status: Task['status'] | null;
  readonly provider: Task['provider'] | null;
}

/** How far one filtered list was read. */
export interface Reading {
  readonly state: 'reading' | 'idle' | 'failed';
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** The last task of what was read; null before the first page. */
  readonly horizon: Task | null;
}

const pageSize = 50;
const unread: Reading = { state: 'idle', cursor: null, hasMore: true, horizon: null };

/** Reads the list page by page, for each filter. What a filter shows comes from the store, so it stays live. */
export class TaskPages {
  readonly #ask: Request;
  readonly #store: TaskStore;
  readonly #readings = new Map<string, OwnedValue<Reading>>();

  constructor(ask: Request, store: TaskStore) {
    this.#ask = ask;
    this.#store = store;
  }

  /** How far the list of a filter was read. */
  reading(filter: Filter): Value<Reading> {
    return this.#reading(filter);
  }

  /**
   * Reads the next page. Answers the revision as of which it was read; null when there was nothing to read.
   *
   * @throws RequestError; the list can be read on later
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

  /** Everything is read anew from the next time on. */
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
 * What a filter shows of all known tasks: those that match, down to where its list was read, and those of `always`
 * whatever they are.
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

/** Whether a filter is about a task. */
export function matches(task: Task, { search, status, provider }: Filter): boolean {
  if (status !== null && task.status !== status) return false;
  if (provider !== null && task.provider !== provider) return false;
  if (search === '') return true;
  const words = search.toLowerCase();
  const { prompt, label, id, providerTaskId } = task;
  return [prompt, label, id, providerTaskId].some((text) => text?.toLowerCase().includes(words));
}
