import type { Writable } from 'node:stream';

/** More than this not yet taken by the other side, in bytes, and a reader is behind. */
const behindBytes = 256 * 1024;

/**
 * Watches how the other side of a connection keeps up. Owns the timer after which a reader counts as stalled.
 */
export class Reader implements Disposable {
  readonly #stream: Writable;
  readonly #stallMs: number;
  readonly #onStalled: () => void;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #resume = (): void => this.#drained();

  /** @param onStalled called once when a reader that is behind took nothing for `stallMs` */
  constructor(stream: Writable, stallMs: number, onStalled: () => void) {
    this.#stream = stream;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  isWritable(): boolean {
    return this.#stream.writableLength < behindBytes;
  }

  /** Calls back once when everything written so far was taken; never after the stream is gone. */
  whenWritable(resume: () => void): void {
    if (this.#stream.destroyed) return;
    this.#waiting.push(resume);
    if (this.#timer !== null) return;
    this.#stream.once('drain', this.#resume);
    this.#timer = setTimeout(this.#onStalled, this.#stallMs);
  }

  [Symbol.dispose](): void {
    this.#waiting = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stream.off('drain', this.#resume);
  }

  #drained(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
