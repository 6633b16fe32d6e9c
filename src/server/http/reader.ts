import type { Writable } from 'node:stream';
import { Deadline } from '../../time/deadline.ts';

/** A reader is behind when more than this many bytes wait for it. */
export const behindBytes = 256 * 1024;

/** True if the reader of a stream keeps up. */
export const keepsUp = (stream: Writable): boolean => stream.writableLength < behindBytes;

/**
 * Watches whether the reader of a connection keeps up. Owns the timer after which a reader counts as stalled.
 */
export class Reader implements Disposable {
  readonly #stream: Writable;
  readonly #stallMs: number;
  readonly #onStalled: () => void;
  /** Null while nothing waits, which is always the case for most readers. */
  #waiting: (() => void)[] | null = null;
  #timer: Deadline | null = null;
  #resume: (() => void) | null = null;

  /** @param onStalled called once, when the reader has been behind for `stallMs` */
  constructor(stream: Writable, stallMs: number, onStalled: () => void) {
    this.#stream = stream;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  isWritable(): boolean {
    return keepsUp(this.#stream);
  }

  /** True if a callback waits for the reader to catch up. */
  get isBehind(): boolean {
    return this.#timer !== null;
  }

  /** Calls back once, when everything written so far was sent; never after the stream is destroyed. */
  whenWritable(resume: () => void): void {
    if (this.#stream.destroyed) return;
    if (this.#waiting !== null) {
      this.#waiting.push(resume);
      return;
    }
    this.#waiting = [resume];
    this.#resume = () => this.#drained();
    this.#stream.once('drain', this.#resume);
    this.#timer = new Deadline(this.#stallMs, this.#onStalled);
  }

  /** Clears the timer. No callback is called after this. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  #drained(): void {
    const waiting = this.#stop();
    for (const resume of waiting ?? []) resume();
  }

  #stop(): readonly (() => void)[] | null {
    this.#timer?.[Symbol.dispose]();
    if (this.#resume !== null) this.#stream.off('drain', this.#resume);
    const waiting = this.#waiting;
    this.#timer = this.#resume = this.#waiting = null;
    return waiting;
  }
}
