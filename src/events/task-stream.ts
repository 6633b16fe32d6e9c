import type { Logger } from 'pino';
import type { VideoTask } from '../store/video-task.ts';
import type { TaskFeed, TaskListener, Watch } from './feed.ts';
import { Few } from './few.ts';
import { toPayload, type Payload } from './payload.ts';
import type { Subscriber } from './subscriber.ts';

/** Makes the message that all subscribers of a stream get for a state of a task. Must not throw. */
export type Render = (task: VideoTask) => string | Promise<string>;

/**
 * The subscribers that ask the same, as the same owner: each revision is rendered once for all of them.
 */
export class TaskStream implements TaskListener {
  readonly key: string;
  readonly watch: Watch;
  readonly #render: Render;
  readonly #subscribers = new Few<Subscriber>();
  readonly #onEmpty: (stream: TaskStream) => void;
  readonly #feed: TaskFeed;
  /** Renders that are not done yet keep the order. */
  #tail: Promise<void> | null = null;
  readonly #log: Logger;

  /** @param onEmpty called each time that the last subscriber has left */
  constructor(
    feed: TaskFeed,
    log: Logger,
    key: string,
    watch: Watch,
    render: Render,
    onEmpty: (stream: TaskStream) => void,
  ) {
    this.key = key;
    this.#feed = feed;
    this.#log = log;
    this.watch = watch;
    this.#render = render;
    this.#onEmpty = onEmpty;
  }

  /** The message for a state, made anew: what it says of time is true now. */
  async render(task: VideoTask): Promise<Payload> {
    return toPayload(await this.#render(task));
  }

  /** Adds a subscriber. Answers the revision after which it hears every one. */
  join(subscriber: Subscriber): number {
    this.#subscribers.add(subscriber);
    this.#feed.add(this.watch, this);
    return this.#feed.position;
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#feed.remove(this.watch, this);
    this.#onEmpty(this);
  }

  /** A change, from the feed. */
  hear(task: VideoTask): void {
    const text = this.#tail === null ? this.#render(task) : this.#tail.then(() => this.#render(task));
    if (typeof text === 'string') {
      this.#deliver(task, text);
      return;
    }
    const tail: Promise<void> = text
      .then((rendered) => this.#deliver(task, rendered))
      .catch((error: unknown) => {
        this.#log.error({ err: error, task: task.id }, 'a change could not be rendered');
      })
      .finally(() => {
        if (this.#tail === tail) this.#tail = null;
      });
    this.#tail = tail;
  }

  #deliver(task: VideoTask, text: string): void {
    // Encoded once: with a thousand subscribers this is much of what sharing saves.
    const payload = toPayload(text);
    this.#subscribers.forEach((subscriber) => {
      try {
        subscriber.hear(task, payload);
      } catch (error) {
        this.#log.error({ err: error, task: task.id }, 'a subscriber could not be told');
      }
    });
  }
}

/** The streams that are open, by what they ask. */
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
   * The stream of a key, opened if it is not.
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
