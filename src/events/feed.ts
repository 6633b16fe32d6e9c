import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { Few } from './few.ts';
import { LoopSlices } from '../time/loop-slices.ts';
import type { Owner, TaskId, VideoTask } from '../domain/video-task.ts';

/** Which changes a listener hears: all of an owner's tasks, or one task. */
export interface Watch {
  readonly owner: Owner;
  readonly id: TaskId | null;
}

/**
 * Hears the newest state of a task after each change, in revision order, in the tick in which it was read.
 * States in between may be merged. What it throws is logged and touches nobody else.
 */
export interface TaskListener {
  hear(task: VideoTask): void;
}

/** How many changes one read takes. */
const pageSize = 500;
/** After a failed read the next one waits this long, in milliseconds. */
const retryMs = 500;

/**
 * Carries revisions from the store to whoever listens. A commit is only a hint to read what is new by
 * revision, so a lost hint loses nothing and the order is that of the commits.
 */
export class TaskFeed implements AsyncDisposable {
  /** Shared by everything that makes long work of changes and operations. */
  readonly slices = new LoopSlices();
  readonly #store: Store;
  readonly #log: Logger;
  readonly #byTask = new Map<TaskId, Few<TaskListener>>();
  readonly #byOwner = new Map<Owner, Few<TaskListener>>();
  readonly #hints: Disposable;
  #last: number;
  /** The read that is under way. */
  #reading: Promise<void> | null = null;
  /** A commit was announced during the read. */
  #again = false;
  #isStopped = false;
  #retry: NodeJS.Timeout | null = null;
  #isCurrent = true;

  private constructor(store: Store, log: Logger, last: number) {
    this.#store = store;
    this.#log = log;
    this.#last = last;
    this.#hints = store.onRevision(() => this.#read());
  }

  /** Begins after the changes that are already there. */
  static async open(store: Store, log: Logger): Promise<TaskFeed> {
    return new TaskFeed(store, log, await store.lastRevision());
  }

  /** Listens until disposed. Changes that commit after this call are all heard. */
  watch(watch: Watch, hear: TaskListener['hear']): Disposable {
    const listener = { hear };
    this.add(watch, listener);
    return { [Symbol.dispose]: () => this.remove(watch, listener) };
  }

  /** Listens until removed: the same without an object for each, as there may be 20,000. */
  add({ owner, id }: Watch, listener: TaskListener): void {
    if (id === null) addTo(this.#byOwner, owner, listener);
    else addTo(this.#byTask, id, listener);
  }

  /** Ends what `add` began. */
  remove({ owner, id }: Watch, listener: TaskListener): void {
    if (id === null) removeFrom(this.#byOwner, owner, listener);
    else removeFrom(this.#byTask, id, listener);
  }

  /** The last revision that was told: whoever watches now hears all after it. */
  get position(): number {
    return this.#last;
  }

  /** Whether the last read succeeded: while none does, subscribers wait. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** How many listeners there are, for leak checks and metrics. */
  get listenerCount(): number {
    let count = 0;
    for (const listeners of this.#byTask.values()) count += listeners.size;
    for (const listeners of this.#byOwner.values()) count += listeners.size;
    return count;
  }

  /** Ends after the present page; no listener is called from then on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#hints[Symbol.dispose]();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#byTask.clear();
    this.#byOwner.clear();
    await this.#reading;
  }

  /** Reads what is new; a call during a read makes that one read again. */
  #read(): void {
    if (this.#isStopped) return;
    if (this.#reading !== null) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#reading = this.#readPages()
      .catch((error: unknown) => this.#retryLater(error))
      .finally(() => {
        this.#reading = null;
        if (this.#again && this.#isCurrent) this.#read();
      });
  }

  #retryLater(error: unknown): void {
    this.#isCurrent = false;
    this.#log.error({ err: error }, 'changes could not be read; subscribers wait');
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (!this.#isStopped) this.#retry = setTimeout(() => this.#read(), retryMs);
  }

  async #readPages(): Promise<void> {
    for (;;) {
      const changes = await this.#store.changesAfter(this.#last, { limit: pageSize });
      for (const task of changes) {
        if (!this.slices.hasTime()) await this.slices.next('');
        this.#last = task.revision;
        this.#tell(task);
      }
      if (changes.length < pageSize || this.#isStopped) break;
    }
    this.#isCurrent = true;
  }

  #tell(task: VideoTask): void {
    const tell = (listener: TaskListener) => {
      try {
        listener.hear(task);
      } catch (error) {
        this.#log.error({ err: error, task: task.id }, 'a listener failed');
      }
    };
    this.#byTask.get(task.id)?.forEach(tell);
    this.#byOwner.get(task.owner)?.forEach(tell);
  }
}

function addTo<K>(listeners: Map<K, Few<TaskListener>>, key: K, listener: TaskListener): void {
  let those = listeners.get(key);
  if (those === undefined) {
    those = new Few();
    listeners.set(key, those);
  }
  those.add(listener);
}

function removeFrom<K>(listeners: Map<K, Few<TaskListener>>, key: K, listener: TaskListener): void {
  const those = listeners.get(key);
  those?.delete(listener);
  if (those?.size === 0) listeners.delete(key);
}
