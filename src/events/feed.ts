import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { Owner, TaskId, VideoTask } from '../store/video-task.ts';

/** Which changes a listener hears: all of an owner's tasks, or one task. */
export interface Watch {
  readonly owner: Owner;
  readonly id: TaskId | null;
}

/**
 * Hears the newest state of a task after each change, in revision order, in the tick in which it was read.
 * States in between may be merged. What it throws is logged and touches nobody else.
 */
export type TaskListener = (task: VideoTask) => void;

/** How many changes one read takes. */
const pageSize = 500;
/** After a failed read the next one waits this long, in milliseconds. */
const retryMs = 500;

/**
 * Carries revisions from the store to whoever listens. A commit is only a hint to read what is new by
 * revision, so a lost hint loses nothing and the order is that of the commits.
 */
export class TaskFeed implements Disposable {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #byTask = new Map<TaskId, Set<TaskListener>>();
  readonly #byOwner = new Map<Owner, Set<TaskListener>>();
  readonly #hints: Disposable;
  #last: number;
  #reading = false;
  #again = false;
  #retry: NodeJS.Timeout | null = null;
  #isCurrent = true;

  private constructor(store: Store, log: Logger, last: number) {
    this.#store = store;
    this.#log = log;
    this.#last = last;
    this.#hints = store.onRevision(() => void this.#read());
  }

  /** Begins after the changes that are already there. */
  static async open(store: Store, log: Logger): Promise<TaskFeed> {
    return new TaskFeed(store, log, await store.lastRevision());
  }

  /** Listens until disposed. Changes that commit after this call are all heard. */
  watch({ owner, id }: Watch, listener: TaskListener): Disposable {
    return id === null ? add(this.#byOwner, owner, listener) : add(this.#byTask, id, listener);
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

  [Symbol.dispose](): void {
    this.#hints[Symbol.dispose]();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#byTask.clear();
    this.#byOwner.clear();
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        for (;;) {
          const changes = await this.#store.changesAfter(this.#last, { limit: pageSize });
          for (const task of changes) {
            this.#last = task.revision;
            this.#tell(task);
          }
          if (changes.length < pageSize) break;
        }
        // A hint may have come while reading.
      } while (this.#again);
      this.#isCurrent = true;
    } catch (error) {
      this.#isCurrent = false;
      this.#log.error({ err: error }, 'changes could not be read; subscribers wait');
      if (this.#retry !== null) clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.#read(), retryMs);
    } finally {
      this.#reading = false;
    }
  }

  #tell(task: VideoTask): void {
    for (const listeners of [this.#byTask.get(task.id), this.#byOwner.get(task.owner)]) {
      for (const listener of listeners ?? []) {
        try {
          listener(task);
        } catch (error) {
          this.#log.error({ err: error, task: task.id }, 'a listener failed');
        }
      }
    }
  }
}

function add<K>(listeners: Map<K, Set<TaskListener>>, key: K, listener: TaskListener): Disposable {
  const those = listeners.get(key) ?? new Set();
  listeners.set(key, those);
  those.add(listener);
  return {
    [Symbol.dispose]: () => {
      those.delete(listener);
      if (those.size === 0 && listeners.get(key) === those) listeners.delete(key);
    },
  };
}
