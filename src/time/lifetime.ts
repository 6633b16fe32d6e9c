/**
 * The contract of every object that owns a timer, a socket, a listener, a file or work of its own:
 *
 * - It is started by `start()`, or by the asynchronous function that opens it. That resolves when the object is ready;
 *   where it rejects, nothing of the object is left. A second `start()` changes nothing.
 * - It is stopped by its disposal. That resolves when nothing of it is left: no timer, socket, listener, child process
 *   or worker, and no work under way that touches what it was given. Work is ended or awaited, as the object documents.
 * - A stop may come first: the object then never starts. It may come during the start, which it ends or awaits. It may
 *   come twice, and each call resolves when nothing is left.
 * - A synchronous disposal is enough where nothing can be under way.
 * - An object is disposed of by who opened it, before what it was given.
 *
 * `test/lifetimes.test.ts` holds all of them to it.
 */
export interface LongLived extends AsyncDisposable {
  start(): void | Promise<void>;
}

/** Opens an object. The signal aborts when a stop comes first: opening may then end early, by rejecting with its reason. */
export type Open<T> = (signal: AbortSignal) => Promise<T>;

/** Start and stop of an object that an asynchronous function opens, so that both may be called at any time. */
export class Lifetime<T extends AsyncDisposable | Disposable> implements LongLived {
  readonly #open: Open<T>;
  readonly #stopping = new AbortController();
  #opened: Promise<T> | null = null;
  #stopped: Promise<void> | null = null;

  constructor(open: Open<T>) {
    this.#open = open;
  }

  /** @throws what opening throws; the reason of the abort after a stop */
  async start(): Promise<void> {
    await this.opened();
  }

  /** Starts the object and returns it. Throws as `start` does. */
  async opened(): Promise<T> {
    this.#stopping.signal.throwIfAborted();
    this.#opened ??= this.#open(this.#stopping.signal);
    const opened = await this.#opened;
    this.#stopping.signal.throwIfAborted();
    return opened;
  }

  /** Resolves also where opening failed: `start` reports that. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    if (!opened) return;
    if (Symbol.asyncDispose in opened) await opened[Symbol.asyncDispose]();
    else opened[Symbol.dispose]();
  }
}
