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
 * decides, never the order of arrival. A change costs a copy of the list, not a sort: the list may have 10,000 tasks.
 */
export class TaskStore {
  readonly #tasks = new Map<string, Entry>();
  readonly #groups = new Map<string, Group>();
  readonly #gone = new Set<string>();
  readonly #list = createValue<readonly Entry[]>([]);
  readonly #listeners = new Set<(change: TaskChange) => void>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #typicalSeconds: (task: Task) => number | null;
  #newest = 0;
  #oldest = 0;
  /** The tasks that changed since the list was published, each as it is in the list; undefined if it is not there. */
  #changed = new Map<string, Entry | undefined>();
  #changedGroups = new Set<Group>();

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

  /** One task, null while it is not known. A change of another one is no change of it. */
  of(id: string): Value<SeenTask | null> {
    return { get: () => this.find(id), subscribe: (changed) => this.#watch(id, changed) };
  }

  /** The known tasks of a group, newest first. */
  ofGroup(name: string): Value<readonly SeenTask[]> {
    const group = this.#groupOf(name);
    return {
      get: () => (group.sorted ??= [...group.members.values()].toSorted(byAge)),
      subscribe: (changed) => {
        group.watchers.add(changed);
        return () => group.watchers.delete(changed);
      },
    };
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
    const known = this.#tasks.get(id);
    if (known === undefined) return;
    this.#tasks.delete(id);
    if (known.task.group !== null) this.#groupOf(known.task.group).members.delete(id);
    this.#announce(known);
  }

  /** Forgets all tasks, because the database is another one. */
  clear(): void {
    for (const id of this.#tasks.keys()) this.remove(id);
    this.#gone.clear();
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
    const entry = { task, seenAt: now, leastPercent, rank: known?.rank ?? rank() };
    this.#tasks.set(task.id, entry);
    if (task.group !== null) this.#groupOf(task.group).members.set(task.id, entry);
    this.#announce(entry);
    if (known?.task.revision === task.revision) return;
    for (const listener of this.#listeners) listener({ task, before: known?.task ?? null });
  }

  #groupOf(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { members: new Map(), watchers: new Set(), sorted: null };
      this.#groups.set(name, group);
    }
    return group;
  }

  #watch(id: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(changed));
    return () => {
      watchers.delete(changed);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  /** Publishes a change once per event-loop turn: a burst of events renders one frame. */
  #announce(entry: Entry): void {
    const { id, group: name } = entry.task;
    if (this.#changed.size === 0) queueMicrotask(() => this.#publish());
    if (name !== null) {
      const group = this.#groupOf(name);
      group.sorted = null;
      this.#changedGroups.add(group);
    }
    if (this.#changed.has(id)) return;
    const list = this.#list.get();
    const listed = list[indexIn(list, entry)];
    this.#changed.set(id, listed?.task.id === id ? listed : undefined);
  }

  #publish(): void {
    const [changed, groups] = [this.#changed, this.#changedGroups];
    this.#changed = new Map();
    this.#changedGroups = new Set();
    const list = [...this.#list.get()];
    for (const [id, before] of changed) {
      const after = this.#tasks.get(id);
      if (before !== undefined) {
        const index = indexIn(list, before);
        if (after?.rank === before.rank) list[index] = after;
        else list.splice(index, 1);
      }
      if (after !== undefined && after.rank !== before?.rank) list.splice(indexIn(list, after), 0, after);
    }
    this.#list.set(list);
    for (const id of changed.keys()) for (const watcher of this.#watchers.get(id) ?? []) watcher();
    for (const { watchers } of groups) for (const watcher of watchers) watcher();
  }
}

/** The tasks of a group. */
interface Group {
  readonly members: Map<string, Entry>;
  readonly watchers: Set<() => void>;
  /** Null after a change, until it is asked for. */
  sorted: readonly SeenTask[] | null;
}

const byAge = (a: Entry, b: Entry): number =>
  a.task.createdAt === b.task.createdAt ? a.rank - b.rank : a.task.createdAt < b.task.createdAt ? 1 : -1;

/** The index of an entry in a list by age, or where it belongs. Its age and rank never change. */
function indexIn(list: readonly Entry[], entry: Entry): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && byAge(other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
