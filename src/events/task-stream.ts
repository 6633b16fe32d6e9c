import type { Logger } from 'pino';
import type { VideoTask } from '../store/video-task.ts';
import type { TaskFeed, Watch } from './feed.ts';
import type { Subscriber } from './subscriber.ts';

/** Makes the message that all subscribers of a stream get for a state of a task. Must not throw. */
export type Render = (task: VideoTask) => string | Promise<string>;

/**
 * The subscribers that ask the same, as the same owner: each revision is rendered once for all of them.
 */
export class TaskStream {
  readonly watch: Watch;
  readonly #render: Render;
  readonly #subscribers = new Set<Subscriber>();
  readonly #onEmpty: () => void;
  #listening: Disposable | null = null;
  readonly #feed: TaskFeed;
  /** Renders that are not done yet keep the order. */
  #tail: Promise<void> | null = null;
  readonly #log: Logger;

  constructor(feed: TaskFeed, log: Logger, watch: Watch, render: Render, onEmpty: () => void) {
    this.#feed = feed;
    this.#log = log;
    this.watch = watch;
    this.#render = render;
    this.#onEmpty = onEmpty;
  }

  /** The message for a state, made anew: what it says of time is true now. */
  async render(task: VideoTask): Promise<Buffer> {
    return Buffer.from(await this.#render(task));
  }

  join(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.#listening ??= this.#feed.watch(this.watch, (task) => this.#tell(task));
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0 || this.#listening === null) return;
    this.#listening[Symbol.dispose]();
    this.#listening = null;
    this.#onEmpty();
  }

  #tell(task: VideoTask): void {
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
    // Encoded once: with a thousand subscribers this is most of what sharing saves.
    const payload = Buffer.from(text);
    for (const subscriber of this.#subscribers) subscriber.hear(task, payload);
  }
}

/** The streams that are open, by what they ask. */
export class TaskStreams {
  readonly #feed: TaskFeed;
  readonly #log: Logger;
  readonly #streams = new Map<string, TaskStream>();

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
    const stream: TaskStream = new TaskStream(this.#feed, this.#log, watch, render, () => {
      if (this.#streams.get(key) === stream) this.#streams.delete(key);
    });
    this.#streams.set(key, stream);
    return stream;
  }
}
