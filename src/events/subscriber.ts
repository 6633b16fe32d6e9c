import type { Store } from '../store/store.ts';
import { isTerminal, type VideoTask } from '../domain/video-task.ts';
import type { Payload } from './payload.ts';
import type { StoredPage } from './stored-pages.ts';
import type { TaskStream } from './task-stream.ts';

/** The destination of one subscriber's messages. The transport owns it, and disposes of the subscriber when it is gone. */
export interface Sink {
  /**
   * Writes messages, together. Called only while `isWritable`, in revision order, each revision at most once; a stream sends
   * at most some ten KB in one call.
   */
  send(payloads: readonly Payload[]): void;
  /** True if the reader keeps up. */
  isWritable(): boolean;
  /** Calls back once when the reader has caught up; never after the transport is gone. */
  whenWritable(resume: () => void): void;
  /** Called when the subscription is complete. */
  end(): void;
  /** Called when the subscription cannot continue. Only one of `end` and `fail` is called, at most once. */
  fail(): void;
}

/** The first events of a subscription. */
export type Beginning =
  /** The present state. */
  | { readonly kind: 'present' }
  /** The changes since a revision. */
  | { readonly kind: 'after'; readonly counter: number };

/** The task of the subscription does not exist, or belongs to another owner. */
export class UnknownTaskError extends Error {
  override readonly name = 'UnknownTaskError';
}

/** A state of a task, and the message that all subscribers of a stream get for it. */
export interface LiveState {
  readonly task: VideoTask;
  readonly payload: Payload;
}

/**
 * One subscriber: the stored states first, then the live ones, each revision at most once and in order.
 *
 * It subscribes before it reads, and drops by revision what it has sent. For a slow reader it keeps no queue, but only
 * the newest state of its one task; with all tasks of an owner only its position, from which it reads again.
 */
export class Subscriber implements Disposable {
  readonly #stream: TaskStream;
  readonly #sink: Sink;
  readonly #onEnd: (error?: unknown) => void;
  /** Every later revision is pushed. */
  readonly #joinedAt: number;
  #store: Store | null = null;
  /** With one task: its newest state that was deferred. */
  #deferred: VideoTask | null = null;
  /** The last revision that was deferred. */
  #deferredUpTo = 0;
  /** With all tasks of an owner: states that were deferred, and that no page has brought yet. */
  #deferredStates = 0;
  /** The last revision that was sent, or left out on purpose. */
  #sentUpTo = 0;
  /** While true, pushes are deferred: stored states come first, or the reader is slow. */
  #isCatchingUp = true;
  #ended = false;

  /** @param onEnd called once, however the subscription ends; with an error where it could not continue */
  constructor(stream: TaskStream, sink: Sink, onEnd: (error?: unknown) => void) {
    this.#stream = stream;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#joinedAt = stream.join(this);
  }

  /**
   * Begins to send the stored states, then goes live. Resolves once it is known that it can, which does not wait for the
   * reader.
   *
   * @throws UnknownTaskError where the one task does not exist or is not this owner's
   */
  async begin(store: Store, beginning: Beginning): Promise<void> {
    const { id, owner } = this.#stream.watch;
    this.#store = store;
    this.#sentUpTo = beginning.kind === 'after' ? beginning.counter : 0;
    if (id === null) {
      this.#catchUp(beginning.kind === 'present' ? this.#sendOpen(store) : this.#sendStored(store));
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
    if (task.revision <= this.#sentUpTo && isTerminal(task.stage)) this.#end();
    if (this.#deferred === null || this.#deferred.revision < task.revision) this.#deferred = task;
    this.#catchUp(this.#sendDeferred());
  }

  /**
   * Sends live states, in revision order, or defers them while the reader is slow: they, or newer ones of the same tasks, are
   * sent when it has caught up. Those that are not newer than what was sent are left out.
   *
   * @returns the number of states that were handed to the sink
   */
  push(states: readonly LiveState[]): number {
    if (this.#ended) return 0;
    if (!this.#isCatchingUp && this.#sink.isWritable()) return this.#sendLive(states);
    let isBehind = false;
    for (const { task } of states) {
      if (task.revision <= this.#sentUpTo) continue;
      this.#defer(task);
      isBehind = true;
    }
    if (this.#isCatchingUp || !isBehind) return 0;
    this.#isCatchingUp = true;
    const store = this.#store;
    if (store !== null)
      this.#catchUp(this.#stream.watch.id === null ? this.#sendStored(store) : this.#sendDeferred());
    return 0;
  }

  #sendLive(states: readonly LiveState[]): number {
    const isOfOneTask = this.#stream.watch.id !== null;
    const payloads: Payload[] = [];
    let isOver = false;
    for (const { task, payload } of states) {
      if (task.revision <= this.#sentUpTo || isOver) continue;
      this.#sentUpTo = task.revision;
      payloads.push(payload);
      isOver = isOfOneTask && isTerminal(task.stage);
    }
    if (payloads.length > 0) this.#hand(payloads);
    if (isOver) this.#end();
    return payloads.length;
  }

  #defer(task: VideoTask): void {
    this.#deferredUpTo = task.revision;
    if (this.#stream.watch.id === null) {
      this.#deferredStates += 1;
      return;
    }
    if (this.#deferred !== null) this.#stream.feed.metrics.eventsCoalesced.add();
    this.#deferred = task;
  }

  /** Ends the subscription with an error, which the sink reports. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#leave(error);
    this.#sink.fail();
  }

  /** Leaves the stream. The sink is not called from then on. */
  [Symbol.dispose](): void {
    this.#leave();
  }

  #catchUp(sending: Promise<void>): void {
    sending.catch((error: unknown) => this.fail(error));
  }

  /** Sends the newest state of the one task until none is newer, then goes live. */
  async #sendDeferred(): Promise<void> {
    while (!this.#ended && this.#deferred !== null) {
      await this.#writable();
      const task = this.#deferred;
      this.#deferred = null;
      if (this.#ended || task === null || task.revision <= this.#sentUpTo) continue;
      const payload = await this.#stream.render(task);
      if (this.#ended) return;
      this.#send(task.revision, payload);
      this.#endAfter(task);
    }
    this.#isCatchingUp = false;
  }

  /** Sends the unfinished tasks as they were on joining, then what changed since. */
  async #sendOpen(store: Store): Promise<void> {
    await this.#sendPages(store, this.#joinedAt);
    this.#sentUpTo = Math.max(this.#sentUpTo, this.#joinedAt);
    await this.#sendStored(store);
  }

  /** Sends the newest state of each task that changed, until nothing newer was deferred, then goes live. */
  async #sendStored(store: Store): Promise<void> {
    if (this.#deferredUpTo > this.#sentUpTo || this.#sentUpTo < this.#joinedAt)
      await this.#sendPages(store, null);
    this.#isCatchingUp = this.#ended;
    this.#stream.feed.metrics.eventsCoalesced.add(this.#deferredStates);
    this.#deferredStates = 0;
  }

  /** @param openUpTo the last revision to send of unfinished tasks; null for every state, up to the newest */
  async #sendPages(store: Store, openUpTo: number | null): Promise<void> {
    const { slices } = this.#stream.feed;
    const { owner } = this.#stream.watch;
    this.#stream.beginCatchUp();
    try {
      for (;;) {
        await this.#writable();
        if (this.#ended) return;
        const page = await this.#stream.storedAfter(store, this.#sentUpTo, openUpTo);
        if (!slices.hasTime()) await slices.next(owner);
        const upTo = openUpTo ?? Number.MAX_SAFE_INTEGER;
        const isWhole = this.#sendPage(page, upTo);
        if (this.#ended) return;
        if (!isWhole) continue;
        // States of the page that changed after the subscriber joined were not sent: they are among the stored ones.
        this.#sentUpTo = Math.max(this.#sentUpTo, Math.min(page.to, upTo));
        if (
          openUpTo === null
            ? page.isLast && this.#deferredUpTo <= this.#sentUpTo
            : page.isLast || page.to >= openUpTo
        )
          return;
      }
    } finally {
      this.#stream.endCatchUp();
    }
  }

  /** True if the reader took the whole page. */
  #sendPage({ states }: StoredPage, upTo: number): boolean {
    for (const { revision, payload } of states) {
      if (revision <= this.#sentUpTo) continue;
      if (revision > upTo || this.#ended) return true;
      if (!this.#sink.isWritable()) return false;
      // Every state since it joined was deferred before.
      if (revision > this.#joinedAt && this.#deferredStates > 0) this.#deferredStates -= 1;
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
    this.#sentUpTo = revision;
    this.#hand([payload]);
  }

  #hand(payloads: readonly Payload[]): void {
    this.#stream.feed.metrics.eventsDelivered.add(payloads.length);
    this.#sink.send(payloads);
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
    this.#deferred = null;
    this.#stream.leave(this);
    this.#onEnd(error);
  }
}
