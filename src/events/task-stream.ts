import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import type { TaskFeed, TaskListener, Watch } from './feed.ts';
import { DeliveryPace } from './delivery-pace.ts';
import { SmallSet } from './small-set.ts';
import { LatestStates } from './latest-states.ts';
import { toPayload, type Payload } from './payload.ts';
import { StoredPages, type StoredPage } from './stored-pages.ts';
import type { LiveState, Subscriber } from './subscriber.ts';

/** Renders the message that all subscribers of a stream get for a state. An error ends their subscriptions. */
export type Render = (task: VideoTask) => string | Promise<string>;

/** With more subscribers than this, delivery does not run in the tick of the change, and the stream rests after it. */
const fewSubscribers = 100;
/** With more subscribers than this, delivery yields to the event loop in between. */
const deliveredAtOnce = 500;
/** The most states and characters that are delivered together: they wait in memory for each subscriber. */
const mostTogether = 20;
const longestTogether = 32_768;

/**
 * The subscribers with the same query and owner: each revision is rendered once for all of them, and so are the stored
 * states that several of them catch up on.
 *
 * While a render is under way, the stream rests after a delivery, or the event loop has no time, changes wait in a
 * `LatestStates`. Those that waited are delivered together.
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
  /** Made with the first delivery to many subscribers. */
  #pace: DeliveryPace | null = null;
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
    this.#pace?.[Symbol.dispose]();
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
    const isLater = this.#subscribers.size > fewSubscribers || this.#pace?.isResting === true;
    if (isLater || !this.feed.slices.hasTime()) {
      this.#waiting = new LatestStates();
      this.#waiting.push(task);
      void this.#deliverWaiting();
      return;
    }
    try {
      const text = this.#render(task);
      if (typeof text === 'string') {
        this.#deliverTo(this.#members(), [liveState(task, text)]);
        return;
      }
      this.#waiting = new LatestStates();
      void this.#deliverWaiting(text.then((rendered) => this.#deliver([liveState(task, rendered)])));
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

  /** Delivers until the queue is empty. Never rejects. */
  async #deliverWaiting(first?: Promise<void>): Promise<void> {
    const { slices } = this.feed;
    try {
      await first;
      // Whether more waits and that nothing does any longer are decided in one step: a change may come in every microtask.
      while ((this.#waiting?.size ?? 0) > 0) {
        await this.#pace?.rested();
        if (!slices.hasTime()) await slices.next(this.watch.owner);
        const states = await this.#takeWaiting();
        if (states.length > 0) await this.#deliver(states);
      }
      this.#waiting = null;
    } catch (error) {
      this.#waiting = null;
      this.#fail(error);
    }
  }

  /** Takes out and renders the states that are delivered next; none when the last subscriber has left. */
  async #takeWaiting(): Promise<readonly LiveState[]> {
    const states: LiveState[] = [];
    let length = 0;
    while (states.length < mostTogether && length < longestTogether) {
      const task = this.#waiting?.shift();
      if (task === undefined) break;
      // Encoded once: with a thousand subscribers this is much of what sharing saves.
      const state = liveState(task, await this.#render(task));
      states.push(state);
      length += state.payload.length;
    }
    return states;
  }

  async #deliver(states: readonly LiveState[]): Promise<void> {
    const { slices } = this.feed;
    const begunAt = performance.now();
    const members = this.#members();
    for (let start = 0; start < members.length; start += deliveredAtOnce) {
      if (start > 0 && !slices.hasTime()) await slices.next(this.watch.owner);
      this.#deliverTo(members.slice(start, start + deliveredAtOnce), states);
    }
    if (members.length <= fewSubscribers) return;
    this.#pace ??= new DeliveryPace();
    this.#pace.delivered(performance.now() - begunAt);
  }

  #deliverTo(members: readonly Subscriber[], states: readonly LiveState[]): void {
    let sent = 0;
    for (const subscriber of members) {
      try {
        sent += subscriber.push(states);
      } catch (error) {
        subscriber.fail(error);
      }
    }
    const first = states[0];
    if (sent === 0 || first === undefined) return;
    const { metrics, commitTimes } = this.feed;
    const tookMs = performance.now() - commitTimes.of(first.task.revision);
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

const liveState = (task: VideoTask, text: string): LiveState => ({ task, payload: toPayload(text) });

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
