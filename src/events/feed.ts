import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { CommitTimes } from './commit-times.ts';
import { SmallSet } from './small-set.ts';
import { LoopSlices } from '../time/loop-slices.ts';
import { loggedTask } from '../domain/task-names/logged-task.ts';
import type { Owner, TaskId, VideoTask } from '../domain/video-task.ts';

/** Tasks with a label, of a group, or both: at least one is given. Neither changes in the life of a task. */
export interface FeedFilter {
  readonly label?: string;
  readonly group?: string;
}

/** The changes that a listener gets: of all tasks of an owner, of some, or of one task. */
export interface Watch {
  readonly owner: Owner;
  readonly id: TaskId | null;
  /** Without `id`: only these tasks; null or absent: all. */
  readonly filter?: FeedFilter | null;
}

/** Gets the changes of the tasks that it watches. */
export interface TaskListener {
  /**
   * Called after each change with the newest state of the task, in revision order, in the tick in which it was read;
   * states in between may be left out. An error is logged, and affects no other listener.
   */
  onChange(task: VideoTask): void;
}

/** The owner of a watch for the changes of all owners. No owner has this name. */
export const everyOwner = '*' as Owner;

/** The number of changes that one read takes. */
const pageSize = 500;
/** The pause after a failed read, in milliseconds. */
const retryMs = 500;

/** Settings of a feed. */
export interface FeedOptions {
  /**
   * The shortest time between the starts of two reads, in milliseconds. Where many instances share a database, each of their
   * notifications would cause a read of every other one.
   */
  readonly readEveryMs?: number;
}

/**
 * Changes of tasks, from the store to listeners. A commit is only a hint to read what is new by revision, so that a lost
 * hint loses nothing, and the order is that of the commits. A hint that brings the very next revision saves the read.
 */
export class TaskFeed implements AsyncDisposable {
  /** Shared by all long work on changes and operations. */
  readonly slices = new LoopSlices();
  readonly metrics: Metrics;
  /** When this process learned of the commits of the last changes. */
  readonly commitTimes = new CommitTimes();
  readonly #store: Store;
  readonly #log: Logger;
  readonly #byTask = new Map<TaskId, SmallSet<TaskListener>>();
  readonly #byOwner = new Map<Owner, SmallSet<TaskListener>>();
  /** By owner and filter: a change looks up the three that its task can be in, however many filters there are. */
  readonly #byFilter = new Map<string, SmallSet<TaskListener>>();
  readonly #hints: Disposable;
  readonly #readEveryMs: number;
  #last: number;
  /** The read that is under way. */
  #reading: Promise<void> | null = null;
  /** When the last one began, in milliseconds of `performance.now()`. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** A commit was announced during the read. */
  #again = false;
  /** When that was, and when the first one was that the present read answers, in milliseconds of `performance.now()`. */
  #againAt = 0;
  #announcedAt = 0;
  #isStopped = false;
  /** The next read, which is not due yet. */
  #later: NodeJS.Timeout | null = null;
  #isCurrent = true;

  private constructor(
    store: Store,
    log: Logger,
    metrics: Metrics,
    { last, readEveryMs }: { readonly last: number; readonly readEveryMs: number },
  ) {
    this.#store = store;
    this.metrics = metrics;
    this.#log = log;
    this.#last = last;
    this.#readEveryMs = readEveryMs;
    this.#hints = store.onRevision((task) => this.#hear(task));
  }

  /** Begins after the changes that are stored already. */
  static async open(
    store: Store,
    log: Logger,
    metrics: Metrics,
    { readEveryMs = 0 }: FeedOptions = {},
  ): Promise<TaskFeed> {
    return new TaskFeed(store, log, metrics, { last: await store.lastRevision(), readEveryMs });
  }

  /** Calls back for every change that commits after this call, until disposed. */
  watch(watch: Watch, onChange: TaskListener['onChange']): Disposable {
    const listener = { onChange };
    this.add(watch, listener);
    return { [Symbol.dispose]: () => this.remove(watch, listener) };
  }

  /** The same until `remove`, without an object for each: there may be 20,000 listeners. */
  add({ owner, id, filter }: Watch, listener: TaskListener): void {
    if (id !== null) addTo(this.#byTask, id, listener);
    else if (filter) addTo(this.#byFilter, keyOf(owner, filter), listener);
    else addTo(this.#byOwner, owner, listener);
  }

  /** Ends what `add` began. */
  remove({ owner, id, filter }: Watch, listener: TaskListener): void {
    if (id !== null) removeFrom(this.#byTask, id, listener);
    else if (filter) removeFrom(this.#byFilter, keyOf(owner, filter), listener);
    else removeFrom(this.#byOwner, owner, listener);
  }

  /** The last delivered revision: a listener that is added now gets every later one. */
  get position(): number {
    return this.#last;
  }

  /** True if the last read succeeded: while none does, subscribers wait. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** The number of listeners, for leak checks and metrics. */
  get listenerCount(): number {
    let count = 0;
    for (const listeners of this.#byTask.values()) count += listeners.size;
    for (const listeners of this.#byOwner.values()) count += listeners.size;
    for (const listeners of this.#byFilter.values()) count += listeners.size;
    return count;
  }

  /** Ends after the present page; no listener is called from then on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#hints[Symbol.dispose]();
    if (this.#later !== null) clearTimeout(this.#later);
    this.#byTask.clear();
    this.#byOwner.clear();
    this.#byFilter.clear();
    await this.#reading;
  }

  /** Delivers the task where it is all that is new; reads otherwise. */
  #hear(task: VideoTask | null): void {
    const isNext = task !== null && task.revision === this.#last + 1;
    if (!isNext || this.#isStopped || this.#reading !== null || !this.#isCurrent || !this.slices.hasTime()) {
      this.#read();
      return;
    }
    this.commitTimes.note(task.revision, performance.now());
    this.#last = task.revision;
    this.#deliver(task);
  }

  /** Reads what is new, now or when the next read is due; a call during a read makes that one read again. */
  #read(announcedAt = performance.now()): void {
    if (this.#isStopped) return;
    if (this.#reading !== null) {
      if (!this.#again) this.#againAt = announcedAt;
      this.#again = true;
      return;
    }
    const waitMs = this.#readAt + this.#readEveryMs - performance.now();
    if (waitMs > 0) {
      this.#later ??= setTimeout(() => this.#readNow(announcedAt), waitMs);
      return;
    }
    this.#readNow(announcedAt);
  }

  #readNow(announcedAt: number): void {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
    this.#readAt = performance.now();
    this.#again = false;
    this.#announcedAt = announcedAt;
    this.#reading = this.#readPages()
      .catch((error: unknown) => this.#retryLater(error))
      .finally(() => {
        this.#reading = null;
        if (this.#again && this.#isCurrent) this.#read(this.#againAt);
      });
  }

  #retryLater(error: unknown): void {
    this.#isCurrent = false;
    this.#log.error({ err: error }, 'changes could not be read; subscribers wait');
    if (!this.#isStopped) this.#later = setTimeout(() => this.#readNow(this.#announcedAt), retryMs);
  }

  async #readPages(): Promise<void> {
    for (;;) {
      const changes = await this.#store.changesAfter(this.#last, { limit: pageSize });
      const last = changes.at(-1);
      if (last !== undefined) this.commitTimes.note(last.revision, this.#announcedAt);
      for (const task of changes) {
        if (!this.slices.hasTime()) await this.slices.next('');
        this.#last = task.revision;
        this.#deliver(task);
      }
      if (changes.length < pageSize || this.#isStopped) break;
    }
    this.#isCurrent = true;
  }

  #deliver(task: VideoTask): void {
    const deliver = (listener: TaskListener) => {
      try {
        listener.onChange(task);
      } catch (error) {
        this.#log.error({ err: error, ...loggedTask(task) }, 'a listener failed');
      }
    };
    this.#byTask.get(task.id)?.forEach(deliver);
    this.#byOwner.get(task.owner)?.forEach(deliver);
    this.#byOwner.get(everyOwner)?.forEach(deliver);
    if (this.#byFilter.size === 0) return;
    for (const filter of filtersThatPass(task)) {
      this.#byFilter.get(keyOf(task.owner, filter))?.forEach(deliver);
      this.#byFilter.get(keyOf(everyOwner, filter))?.forEach(deliver);
    }
  }
}

/** The filters that let a task pass. */
function filtersThatPass({ spec: { label, group } }: VideoTask): FeedFilter[] {
  const filters: FeedFilter[] = [];
  if (label !== null) filters.push({ label });
  if (group !== null) filters.push({ group });
  if (label !== null && group !== null) filters.push({ label, group });
  return filters;
}

const keyOf = (owner: Owner, { label, group }: FeedFilter): string => JSON.stringify([owner, label, group]);

function addTo<K>(listeners: Map<K, SmallSet<TaskListener>>, key: K, listener: TaskListener): void {
  let set = listeners.get(key);
  if (set === undefined) {
    set = new SmallSet();
    listeners.set(key, set);
  }
  set.add(listener);
}

function removeFrom<K>(listeners: Map<K, SmallSet<TaskListener>>, key: K, listener: TaskListener): void {
  const set = listeners.get(key);
  set?.delete(listener);
  if (set?.size === 0) listeners.delete(key);
}
