import type { Store } from '../store/store.ts';
import { isTerminal, type VideoTask } from '../domain/video-task.ts';
import type { Payload } from './payload.ts';
import type { StoredPage } from './stored-pages.ts';
import type { TaskStream } from './task-stream.ts';

/** Where one subscriber's messages go. The transport owns it and tells when it is gone. */
export interface Sink {
  /**
   * Writes one message. Called only while `isWritable`, in revision order, each revision at most once.
   */
  send(payload: Payload): void;
  /** Whether the reader keeps up. */
  isWritable(): boolean;
  /** Calls back once when the reader has caught up; never after the transport is gone. */
  whenWritable(resume: () => void): void;
  /** The stream came to its end. */
  end(): void;
  /** The subscription cannot go on; one of `end` and `fail` is called, once at most. */
  fail(): void;
}

/** What makes a subscription begin. */
export type Beginning =
  /** The present state first. */
  | { readonly kind: 'present' }
  /** What changed since a revision first. */
  | { readonly kind: 'after'; readonly counter: number };

/** The task of the subscription is not there, or not this owner's. */
export class UnknownTaskError extends Error {
  override readonly name = 'UnknownTaskError';
}

/**
 * One subscriber: the stored states first, then the live ones, each revision at most once and in order.
 *
 * It listens before it reads, and drops what it read from what it heard. While its reader is behind it keeps no queue:
 * the newest state of its one task, or with all tasks of an owner only its place, from which it reads again.
 */
export class Subscriber implements Disposable {
  readonly #stream: TaskStream;
  readonly #sink: Sink;
  readonly #onEnd: (error?: unknown) => void;
  /** Every later revision is heard live. */
  readonly #joinedAt: number;
  #store: Store | null = null;
  /** With one task: its newest state that was heard while behind. */
  #missed: VideoTask | null = null;
  /** The last revision that was heard while behind. */
  #heard = 0;
  /** The last revision that was handed over, or left out on purpose. */
  #seen = 0;
  /** While true, everything waits: stored states come first, or the reader is behind. */
  #behind = true;
  #ended = false;

  /** @param onEnd called once, however the subscription ends; with an error when it could not go on */
  constructor(stream: TaskStream, sink: Sink, onEnd: (error?: unknown) => void) {
    this.#stream = stream;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#joinedAt = stream.join(this);
  }

  /**
   * Begins to hand over the stored states, then goes live. Resolves once it is known that it can: the reader
   * may take its time, and be gone meanwhile.
   *
   * @throws UnknownTaskError when the one task asked for is not this owner's
   */
  async begin(store: Store, beginning: Beginning): Promise<void> {
    const { id, owner } = this.#stream.watch;
    this.#store = store;
    this.#seen = beginning.kind === 'after' ? beginning.counter : 0;
    if (id === null) {
      this.#goOn(beginning.kind === 'present' ? this.#handOpen(store) : this.#handStored(store));
      return;
    }
    let task: VideoTask | null;
    try {
      task = await store.getOwn(owner, id);
      if (task === null) throw new UnknownTaskError(`There is no task ${id}`);
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (task.revision <= this.#seen && isTerminal(task.stage)) this.#end();
    if (this.#missed === null || this.#missed.revision < task.revision) this.#missed = task;
    this.#goOn(this.#handMissed());
  }

  /** A live state: handed over at once, or left for later while the reader is behind. */
  hear(task: VideoTask, payload: Payload): void {
    if (this.#ended || task.revision <= this.#seen) return;
    if (!this.#behind && this.#sink.isWritable()) {
      this.#send(task.revision, payload);
      this.#endAfter(task);
      return;
    }
    this.#heard = task.revision;
    if (this.#stream.watch.id !== null) this.#missed = task;
    if (this.#behind) return;
    this.#behind = true;
    const store = this.#store;
    if (store !== null)
      this.#goOn(this.#stream.watch.id === null ? this.#handStored(store) : this.#handMissed());
  }

  /** Ends the subscription because it cannot go on; the client is told. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#leave(error);
    this.#sink.fail();
  }

  /** Leaves the stream. The sink hears nothing more. */
  [Symbol.dispose](): void {
    this.#leave();
  }

  #goOn(handing: Promise<void>): void {
    handing.catch((error: unknown) => this.fail(error));
  }

  /** Hands over the newest state of the one task until none is newer, then goes live. */
  async #handMissed(): Promise<void> {
    while (!this.#ended && this.#missed !== null) {
      await this.#writable();
      const task = this.#missed;
      this.#missed = null;
      if (this.#ended || task === null || task.revision <= this.#seen) continue;
      const payload = await this.#stream.render(task);
      if (this.#ended) return;
      this.#send(task.revision, payload);
      this.#endAfter(task);
    }
    this.#behind = false;
  }

  /** Hands over the unfinished tasks as they were on joining, then what changed since. */
  async #handOpen(store: Store): Promise<void> {
    await this.#handPages(store, this.#joinedAt);
    this.#seen = Math.max(this.#seen, this.#joinedAt);
    await this.#handStored(store);
  }

  /** Hands over the newest state of each task that changed, until nothing newer was heard, then goes live. */
  async #handStored(store: Store): Promise<void> {
    if (this.#heard > this.#seen || this.#seen < this.#joinedAt) await this.#handPages(store, null);
    this.#behind = this.#ended;
  }

  /** @param openUpTo the last revision to hand over of unfinished tasks; null for every state, up to the newest */
  async #handPages(store: Store, openUpTo: number | null): Promise<void> {
    const { slices } = this.#stream.feed;
    const { owner } = this.#stream.watch;
    this.#stream.beginCatchUp();
    try {
      for (;;) {
        await this.#writable();
        if (this.#ended) return;
        const page = await this.#stream.storedAfter(store, this.#seen, openUpTo);
        if (!slices.hasTime()) await slices.next(owner);
        const isWhole = this.#handPage(page, openUpTo ?? Number.MAX_SAFE_INTEGER);
        if (this.#ended) return;
        if (!isWhole) continue;
        this.#seen = Math.max(this.#seen, page.to);
        if (openUpTo === null ? page.isLast && this.#heard <= this.#seen : page.isLast || page.to >= openUpTo)
          return;
      }
    } finally {
      this.#stream.endCatchUp();
    }
  }

  /** Whether the reader took everything. */
  #handPage({ states }: StoredPage, upTo: number): boolean {
    for (const { revision, payload } of states) {
      if (revision <= this.#seen) continue;
      if (revision > upTo || this.#ended) return true;
      if (!this.#sink.isWritable()) return false;
      this.#send(revision, payload);
    }
    return true;
  }

  async #writable(): Promise<void> {
    while (!this.#ended && !this.#sink.isWritable()) {
      await new Promise<void>((resume) => {
        this.#sink.whenWritable(resume);
      });
    }
  }

  #send(revision: number, payload: Payload): void {
    this.#seen = revision;
    this.#sink.send(payload);
  }

  #endAfter(task: VideoTask): void {
    if (this.#stream.watch.id !== null && isTerminal(task.stage)) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#leave();
    this.#sink.end();
  }

  #leave(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#missed = null;
    this.#stream.leave(this);
    this.#onEnd(error);
  }
}
