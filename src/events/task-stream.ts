import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import type { TaskFeed, TaskListener, Watch } from './feed.ts';
import { SmallSet } from './small-set.ts';
import { LatestStates } from './latest-states.ts';
import { toPayload, type Payload } from './payload.ts';
import { StoredPages, type StoredPage } from './stored-pages.ts';
import type { Subscriber } from './subscriber.ts';

/** Renders the message that all subscribers of a stream get for a state. An error ends their subscriptions. */
export type Render = (task: VideoTask) => string | Promise<string>;

/** With more subscribers than this, delivery yields to the event loop in between. */
const deliveredAtOnce = 500;

/**
 * The subscribers with the same query and owner: each revision is rendered once for all of them, and so are the stored
 * states that several of them catch up on.
 *
 * While a render is under way, or the event loop has no time, changes wait in a `LatestStates`.
 */
export class TaskStream implements TaskListener {
  readonly key: string;
  readonly watch: Watch;
  readonly feed: TaskFeed;
  readonly #render: Render;
  readonly #subscribers = new SmallSet<Subscriber>();
  readonly #onEmpty: (stream: TaskStream) => void;
  /** Null while changes are delivered as they come. */
  #waiting: LatestStates | null = null;
  #stored: StoredPages | null = null;
  #catchingUp = 0;
  readonly #log: Logger;

  /** @param onEmpty called each time that the last subscriber has left; must not throw */
  constructor(
    feed: TaskFeed,
    log: Logger,
    key: string,
    watch: Watch,
    render: Render,
    onEmpty: (stream: TaskStream) => void,
  ) {
    this.key = key;
    this.feed = feed;
    this.#log = log;
    this.watch = watch;
    this.#render = render;
    this.#onEmpty = onEmpty;
  }

  /** Renders a state again, so that fields that depend on the time are current. */
  async render(task: VideoTask): Promise<Payload> {
    return toPayload(await this.#render(task));
  }

  /** Adds a subscriber. Returns a revision: every later one is pushed to the subscriber. */
  join(subscriber: Subscriber): number {
    this.#subscribers.add(subscriber);
    this.feed.add(this.watch, this);
    return this.feed.position;
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.feed.remove(this.watch, this);
    this.#waiting?.clear();
    this.#onEmpty(this);
  }

  /** Pages of stored states may be shared until `endCatchUp`. */
  beginCatchUp(): void {
    this.#catchingUp += 1;
  }

  endCatchUp(): void {
    this.#catchingUp -= 1;
    if (this.#catchingUp === 0) this.#stored = null;
  }

  /** The stored states after a revision, rendered; see `StoredPages.after`. */
  storedAfter(store: Store, cursor: number, openOnlyAsOf: number | null): Promise<StoredPage> {
    this.#stored ??= new StoredPages(store, this.feed, this.watch, (task) => this.#render(task));
    return this.#stored.after(cursor, openOnlyAsOf);
  }

  /** Delivers a change from the feed, or queues it while others wait. */
  onChange(task: VideoTask): void {
    if (this.#waiting !== null) {
      this.#queue(this.#waiting, task);
      return;
    }
    if (!this.feed.slices.hasTime()) {
      this.#waiting = new LatestStates();
      this.#waiting.push(task);
      void this.#deliverWaiting();
      return;
    }
    try {
      const text = this.#render(task);
      if (typeof text !== 'string')
        this.#deliverLater(text.then((rendered) => this.#deliver(task, rendered)));
      else if (this.#subscribers.size > deliveredAtOnce) this.#deliverLater(this.#deliver(task, text));
      else this.#deliverTo(this.#members(), toPayload(text), task);
    } catch (error) {
      this.#fail(error);
    }
  }

  #queue(waiting: LatestStates, task: VideoTask): void {
    const size = waiting.size;
    if (waiting.push(task) === 'queued') return;
    const dropped = size + 1 - waiting.size;
    this.feed.metrics.eventsCoalesced.add(dropped * this.#subscribers.size);
  }

  #deliverLater(first: Promise<void>): void {
    this.#waiting = new LatestStates();
    void this.#deliverWaiting(first);
  }

  /** Delivers until the queue is empty. Never rejects. */
  async #deliverWaiting(first?: Promise<void>): Promise<void> {
    const { slices } = this.feed;
    try {
      await first;
      for (;;) {
        if ((this.#waiting?.size ?? 0) > 0 && !slices.hasTime()) await slices.next(this.watch.owner);
        // The last subscriber may have left.
        const task = this.#waiting?.shift();
        if (task === undefined) break;
        await this.#deliver(task, await this.#render(task));
      }
      this.#waiting = null;
    } catch (error) {
      this.#waiting = null;
      this.#fail(error);
    }
  }

  async #deliver(task: VideoTask, text: string): Promise<void> {
    const { slices } = this.feed;
    // Encoded once: with a thousand subscribers this is much of what sharing saves.
    const payload = toPayload(text);
    const members = this.#members();
    for (let start = 0; start < members.length; start += deliveredAtOnce) {
      if (start > 0 && !slices.hasTime()) await slices.next(this.watch.owner);
      this.#deliverTo(members.slice(start, start + deliveredAtOnce), payload, task);
    }
  }

  #deliverTo(members: readonly Subscriber[], payload: Payload, task: VideoTask): void {
    let sent = 0;
    for (const subscriber of members) {
      try {
        if (subscriber.push(task, payload) === 'sent') sent += 1;
      } catch (error) {
        subscriber.fail(error);
      }
    }
    if (sent === 0) return;
    const { metrics, commitTimes } = this.feed;
    const tookMs = performance.now() - commitTimes.of(task.revision);
    metrics.commitToClient.of().record(tookMs / 1000, sent);
  }

  #members(): Subscriber[] {
    const members: Subscriber[] = [];
    this.#subscribers.forEach((subscriber) => members.push(subscriber));
    return members;
  }

  /** Ends every subscription with an error: none misses a revision unnoticed, and each client may subscribe again. */
  #fail(error: unknown): void {
    this.#log.error({ err: error }, 'a change could not be rendered');
    for (const subscriber of this.#members()) subscriber.fail(error);
  }
}

/** The open streams, by their key. */
export class TaskStreams {
  readonly #feed: TaskFeed;
  readonly #log: Logger;
  readonly #streams = new Map<string, TaskStream>();
  readonly #onEmpty = (stream: TaskStream): void => {
    if (this.#streams.get(stream.key) === stream) this.#streams.delete(stream.key);
  };

  constructor(feed: TaskFeed, log: Logger) {
    this.#feed = feed;
    this.#log = log;
  }

  /**
   * The stream of a key, which is opened where there is none.
   *
   * @param key everything that the rendered message depends on beside the task: owner, operation, variables
   */
  open(key: string, watch: Watch, render: Render): TaskStream {
    const open = this.#streams.get(key);
    if (open !== undefined) return open;
    const stream = new TaskStream(this.#feed, this.#log, key, watch, render, this.#onEmpty);
    this.#streams.set(key, stream);
    return stream;
  }
}
