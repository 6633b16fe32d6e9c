import type { Writable } from 'node:stream';
import { Deadline } from '../../time/deadline.ts';

/** More than this not yet taken by the other side, in bytes, and a reader is behind. */
export const behindBytes = 256 * 1024;

/** Whether the other side takes what is written to it. */
export const keepsUp = (stream: Writable): boolean => stream.writableLength < behindBytes;

/**
 * Watches how the other side of a connection keeps up. Owns the timer after which a reader counts as stalled.
 */
export class Reader implements Disposable {
  readonly #stream: Writable;
  readonly #stallMs: number;
  readonly #onStalled: () => void;
  /** Null while nobody waits, as for most readers always. */
  #waiting: (() => void)[] | null = null;
  #timer: Deadline | null = null;
  #resume: (() => void) | null = null;

  /** @param onStalled called once when a reader has been behind for `stallMs` */
  constructor(stream: Writable, stallMs: number, onStalled: () => void) {
    this.#stream = stream;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  isWritable(): boolean {
    return keepsUp(this.#stream);
  }

  /** Whether something waits for it to catch up. */
  get isBehind(): boolean {
    return this.#timer !== null;
  }

  /** Calls back once when everything written so far was taken; never after the stream is gone. */
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

  /** Calls nobody back any more. */
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
