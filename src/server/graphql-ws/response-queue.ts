/** The number of queries and mutations of one socket that run at once. Each response waits in memory until it is read. */
const runningAtOnce = 16;

interface Waiting {
  readonly start: () => void;
  readonly bytes: number;
}

/**
 * The queries and mutations of one socket: a few run at once, the others wait in order, and none starts while the
 * client is behind with reading. A client that does not read therefore fills the memory with a few responses only.
 */
export class ResponseQueue implements Disposable {
  /** The bytes of the waiting messages. */
  waitingBytes = 0;
  readonly #isWritable: () => boolean;
  readonly #whenWritable: (resume: () => void) => void;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #awaitsReader = false;
  #onEmpty: (() => void) | null = null;

  constructor(isWritable: () => boolean, whenWritable: (resume: () => void) => void) {
    this.#isWritable = isWritable;
    this.#whenWritable = whenWritable;
  }

  /**
   * Takes a slot, to be returned by `leave`.
   *
   * @param bytes the size of the message
   * @returns null if the operation may run now; otherwise a promise that resolves when it may, and never after `dispose`
   */
  enter(bytes: number): Promise<void> | null {
    if (this.#waiting.length === 0 && this.#running < runningAtOnce && this.#isWritable()) {
      this.#running += 1;
      return null;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ start: resolve, bytes });
    this.waitingBytes += bytes;
    this.#awaitReader();
    return promise;
  }

  /** Returns a slot. The response may be written after this. */
  leave(): void {
    this.#running -= 1;
    // The response is written before the next operation starts.
    if (this.#waiting.length > 0) setImmediate(() => this.#startNext());
  }

  /** Calls back once when no message waits any more. A later call replaces the callback. */
  whenEmpty(resume: () => void): void {
    this.#onEmpty = resume;
  }

  /** Drops what waits. */
  [Symbol.dispose](): void {
    this.#waiting.length = 0;
    this.waitingBytes = 0;
    this.#onEmpty = null;
  }

  #startNext(): void {
    while (this.#running < runningAtOnce && this.#isWritable()) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.waitingBytes -= next.bytes;
      this.#running += 1;
      next.start();
    }
    this.#awaitReader();
    if (this.#waiting.length > 0) return;
    const resume = this.#onEmpty;
    this.#onEmpty = null;
    resume?.();
  }

  #awaitReader(): void {
    if (this.#awaitsReader || this.#waiting.length === 0 || this.#isWritable()) return;
    this.#awaitsReader = true;
    this.#whenWritable(() => {
      this.#awaitsReader = false;
      this.#startNext();
    });
  }
}
