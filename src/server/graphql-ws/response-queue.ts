/** How many queries and mutations of one socket run at once. Each answer waits in memory until it is read. */
const runningAtOnce = 16;

interface Waiting {
  readonly start: () => void;
  readonly bytes: number;
}

/**
 * The queries and mutations of one socket: some run at once, the rest wait in their order, and none begins while
 * the client is behind with reading. So a client that does not read fills no more memory than a few answers.
 */
export class AnswerQueue implements Disposable {
  /** Bytes of messages that wait for their turn. */
  waitingBytes = 0;
  readonly #isWritable: () => boolean;
  readonly #whenWritable: (resume: () => void) => void;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #awaitsReader = false;
  #onShort: (() => void) | null = null;

  constructor(isWritable: () => boolean, whenWritable: (resume: () => void) => void) {
    this.#isWritable = isWritable;
    this.#whenWritable = whenWritable;
  }

  /**
   * Takes a place among those that run, to be given back by `leave`.
   *
   * @param bytes of the message that waits
   * @returns null at once, or what resolves when it may run; never after `dispose`
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

  /** Gives a place back. The answer may be written after this. */
  leave(): void {
    this.#running -= 1;
    // The answer counts before the next one begins.
    if (this.#waiting.length > 0) setImmediate(() => this.#startNext());
  }

  /** Calls back once when nothing waits any more. */
  whenShort(resume: () => void): void {
    this.#onShort = resume;
  }

  /** Forgets who waits. */
  [Symbol.dispose](): void {
    this.#waiting.length = 0;
    this.waitingBytes = 0;
    this.#onShort = null;
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
    const resume = this.#onShort;
    this.#onShort = null;
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
