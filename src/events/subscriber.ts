import type { Store } from '../store/store.ts';
import { isTerminal, type TaskId, type VideoTask } from '../store/video-task.ts';
import type { Payload } from './payload.ts';
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
  /** The stream came to its end. Called at most once. */
  end(): void;
}

/** How many stored states one read takes while a subscriber catches up. */
const pageSize = 200;

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
 * It listens before it reads, and drops what it read from what it heard. While the reader is behind, the newest
 * state of each task is kept instead of a queue of all.
 */
export class Subscriber implements Disposable {
  readonly #stream: TaskStream;
  readonly #sink: Sink;
  readonly #onEnd: (error?: unknown) => void;
  /** Every later revision is heard live. */
  readonly #joinedAt: number;
  /** Newest state of each task that waits, in revision order. */
  #waiting: Map<TaskId, VideoTask> | null = null;
  /** The last revision that was handed over. */
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
    const after = beginning.kind === 'after' ? beginning.counter : 0;
    let task: VideoTask | null = null;
    if (id !== null) {
      try {
        task = await store.getOwn(owner, id);
        if (task === null) throw new UnknownTaskError(`There is no task ${id}`);
      } catch (error) {
        this[Symbol.dispose]();
        throw error;
      }
    }
    const stored =
      task === null ? this.#handOwn(store, after, beginning.kind === 'present') : this.#handOne(task, after);
    stored.then(() => this.#drain()).catch((error: unknown) => this.#fail(error));
  }

  /** A live state: handed over at once, or kept while the reader is behind. */
  hear(task: VideoTask, payload: Payload): void {
    if (this.#ended || task.revision <= this.#seen) return;
    if (this.#behind || !this.#sink.isWritable()) {
      this.#waiting ??= new Map();
      // Taken out first, so that it stands at its new place in the order of revisions.
      this.#waiting.delete(task.id);
      this.#waiting.set(task.id, task);
      this.#fallBehind();
    } else {
      this.#send(task, payload);
    }
  }

  /** Leaves the stream. The sink hears nothing more. */
  [Symbol.dispose](): void {
    this.#leave();
  }

  async #handOne(task: VideoTask, after: number): Promise<void> {
    if (task.revision > after) await this.#hand(task);
    else if (isTerminal(task.stage)) this.#end();
    this.#seen = Math.max(this.#seen, task.revision);
  }

  async #handOwn(store: Store, after: number, openOnly: boolean): Promise<void> {
    const { owner } = this.#stream.watch;
    // What was told before it joined is read; a task that changed since has left these pages and is heard live.
    const upTo = this.#joinedAt;
    for (let cursor = after; !this.#ended;) {
      const page = await store.changesAfter(cursor, { limit: pageSize, owner, upTo, openOnly });
      for (const task of page) {
        await this.#hand(task);
        cursor = task.revision;
      }
      if (page.length < pageSize) break;
    }
    this.#seen = Math.max(this.#seen, upTo, after);
  }

  #fallBehind(): void {
    if (this.#behind) return;
    this.#behind = true;
    this.#sink.whenWritable(() => {
      this.#drain().catch((error: unknown) => this.#fail(error));
    });
  }

  /** Hands over what waits; the reader may fall behind again meanwhile. */
  async #drain(): Promise<void> {
    for (const [id, task] of this.#waiting ?? []) {
      this.#waiting?.delete(id);
      if (task.revision > this.#seen) await this.#hand(task);
      if (this.#ended) return;
    }
    this.#waiting = null;
    this.#behind = false;
  }

  async #hand(task: VideoTask): Promise<void> {
    const payload = await this.#stream.render(task);
    if (!this.#ended && !this.#sink.isWritable()) {
      await new Promise<void>((resume) => {
        this.#sink.whenWritable(resume);
      });
    }
    if (!this.#ended) this.#send(task, payload);
  }

  #send(task: VideoTask, payload: Payload): void {
    this.#seen = task.revision;
    this.#sink.send(payload);
    if (this.#stream.watch.id !== null && isTerminal(task.stage)) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#leave();
    this.#sink.end();
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#leave(error);
    this.#sink.end();
  }

  #leave(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = null;
    this.#stream.leave(this);
    this.#onEnd(error);
  }
}
