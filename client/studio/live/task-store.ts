import type { Task } from '../api/task.ts';
import { isTerminal, progressAt, type SeenTask } from './progress.ts';
import { createValue, type Value } from './value.ts';

/** A task with its position in the list. */
interface Entry extends SeenTask {
  /** Orders tasks of one millisecond: a smaller one is newer. */
  readonly rank: number;
}

/** A change of a task. */
export interface TaskChange {
  readonly task: Task;
  /** Null for a task that was not known. */
  readonly before: Task | null;
}

/**
 * All tasks known to this page, each in its newest revision. A response may arrive after a newer event: the revision
 * decides, never the order of arrival.
 */
export class TaskStore {
  readonly #tasks = new Map<string, Entry>();
  readonly #gone = new Set<string>();
  readonly #list = createValue<readonly SeenTask[]>([]);
  readonly #listeners = new Set<(change: TaskChange) => void>();
  readonly #typicalSeconds: (task: Task) => number | null;
  #newest = 0;
  #oldest = 0;
  #announced = false;

  /** @param typicalSeconds typical time of a task's model; null if unknown */
  constructor(typicalSeconds: (task: Task) => number | null) {
    this.#typicalSeconds = typicalSeconds;
  }

  /** All of them, newest first. */
  get list(): Value<readonly SeenTask[]> {
    return this.#list;
  }

  find(id: string): SeenTask | null {
    return this.#tasks.get(id) ?? null;
  }

  /** Takes a state from an event or a response. */
  take(task: Task): void {
    this.#take(task, () => --this.#newest);
  }

  /** Takes a page of the list, newest first. */
  takePage(tasks: readonly Task[]): void {
    for (const task of tasks) this.#take(task, () => ++this.#oldest);
  }

  remove(id: string): void {
    this.#gone.add(id);
    if (this.#tasks.delete(id)) this.#announce();
  }

  /** Forgets all tasks, because the database is another one. */
  clear(): void {
    this.#tasks.clear();
    this.#gone.clear();
    this.#announce();
  }

  /** Calls the listener for each newer state, in order. Returns a function that removes it. */
  onChange(listener: (change: TaskChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(task: Task, rank: () => number): void {
    const known = this.#tasks.get(task.id);
    if (task.deletedAt !== null) {
      this.remove(task.id);
      return;
    }
    if (this.#gone.has(task.id) || (known !== undefined && known.task.revision > task.revision)) return;
    const now = performance.now();
    const leastPercent =
      known === undefined || isTerminal(task)
        ? 0
        : progressAt(known, now, this.#typicalSeconds(known.task)).percent;
    this.#tasks.set(task.id, { task, seenAt: now, leastPercent, rank: known?.rank ?? rank() });
    this.#announce();
    if (known?.task.revision === task.revision) return;
    for (const listener of this.#listeners) listener({ task, before: known?.task ?? null });
  }

  /** Publishes the list once per event-loop turn: a burst of events renders one frame. */
  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      this.#list.set([...this.#tasks.values()].toSorted(byAge));
    });
  }
}

const byAge = (a: Entry, b: Entry): number =>
  a.task.createdAt === b.task.createdAt ? a.rank - b.rank : a.task.createdAt < b.task.createdAt ? 1 : -1;
