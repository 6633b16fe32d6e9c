import { createContext, useContext } from 'react';
import { openAccessKey, type AccessKey } from './api/access-key.ts';
import { StartQuery, TaskQuery, type Model, type Provider, type Viewer } from './api/queries.ts';
import type { Task } from './api/task.ts';
import { createRequest, type Request } from './api/request.ts';
import { Feed, type Connection } from './live/feed.ts';
import { TaskPages, type Filter } from './live/pages.ts';
import { RetryPrices } from './live/retry-prices.ts';
import { TaskStore } from './live/task-store.ts';
import { createTicker } from './live/ticker.ts';
import { createValue, type Value } from './live/value.ts';
import { homePath } from './route.ts';

/** Whether the server lets this page in. */
export type Access = 'opening' | 'open' | 'wantsKey' | 'wrongKey' | 'keyEnded' | 'failed';

/** The list without any narrowing: what the page opens with. */
export const everything: Filter = { search: '', status: null, provider: null };

/** Everything behind the page: commands go over HTTP, all that is read comes over one socket. */
export class Studio {
  readonly key: AccessKey = openAccessKey();
  /** For commands. */
  readonly request: Request = createRequest(this.key, () => this.refuse());
  /** Reads over the socket. */
  readonly ask: Request = (operation, variables, signal) => {
    if (this.#feed === null) return Promise.reject(new Error('The studio is closed.'));
    return this.#feed.ask(operation, variables, signal);
  };
  readonly tasks = new TaskStore((task) => this.typicalSeconds(task));
  readonly pages = new TaskPages(this.ask, this.tasks);
  readonly prices = new RetryPrices(this.ask);
  readonly ticker = createTicker();
  readonly #access = createValue<Access>('opening');
  readonly #viewer = createValue<Viewer | null>(null);
  readonly #providers = createValue<readonly Provider[]>([]);
  readonly #connection = createValue<Connection>('connecting');
  readonly #shown = createValue<ReadonlySet<string>>(new Set());
  #feed: Feed | null = null;

  constructor() {
    this.tasks.onChange(({ task, before }) => {
      // Money moved, or may have.
      if (before?.stage !== task.stage || before.cost?.amount !== task.cost?.amount)
        this.#feed?.refreshViewer();
    });
  }

  get access(): Value<Access> {
    return this.#access;
  }
  get viewer(): Value<Viewer | null> {
    return this.#viewer;
  }
  get providers(): Value<readonly Provider[]> {
    return this.#providers;
  }
  get connection(): Value<Connection> {
    return this.#connection;
  }

  /** Ids of tasks that were made here since the filter was last changed: no filter hides them. */
  get shown(): Value<ReadonlySet<string>> {
    return this.#shown;
  }

  /** Keeps a task that was just made in view, whatever the filter says. */
  show(id: string): void {
    this.#shown.set(new Set([...this.#shown.get(), id]));
  }

  /** The person chose another filter: from here on it decides alone. */
  showNoMore(): void {
    this.#shown.set(new Set());
  }

  /** Connects, reads what the page opens with, and follows the changes from there. */
  async open(): Promise<void> {
    this.#feed?.[Symbol.dispose]();
    const asksForKey = document.documentElement.dataset['access'] === 'key';
    if (asksForKey && this.key.value === null) {
      this.#access.set('wantsKey');
      return;
    }
    this.#access.set('opening');
    const feed = new Feed(this.key, {
      onTask: (task) => this.tasks.take(task),
      onViewer: (viewer) => this.#viewer.set(viewer),
      onUnauthenticated: () => this.refuse(),
      onReset: () => void this.#startOver(),
    });
    this.#feed = feed;
    this.prices.forget();
    feed.connection.subscribe(() => this.#connection.set(feed.connection.get()));
    try {
      const [{ viewer, providers }, revision] = await Promise.all([
        feed.ask(StartQuery, {}),
        this.pages.readMore(everything),
      ]);
      this.#viewer.set(viewer);
      this.#providers.set(providers);
      this.#access.set('open');
      feed.follow(revision ?? '');
    } catch {
      if (this.#access.get() === 'opening') this.#access.set('failed');
    }
  }

  /** Takes a key and tries it. */
  async signIn(key: string, onThisDevice: boolean): Promise<void> {
    this.key.keep(key, onThisDevice);
    await this.open();
  }

  /** Forgets the key and everything that was seen with it. */
  signOut(): void {
    this.key.forget();
    location.assign(homePath());
  }

  /** Brings a task that a link names into the store; answers whether there is one. */
  async find(id: string): Promise<boolean> {
    if (this.tasks.find(id) !== null) return true;
    const { videoTask } = await this.ask(TaskQuery, { id });
    if (videoTask !== null) this.tasks.take(videoTask);
    return videoTask !== null;
  }

  /** What is known of a task's model; null for one that is only passed through by name. */
  modelOf({ provider, model }: Task): Model | null {
    const offered = this.#providers.get().find(({ name }) => name === provider);
    return offered?.models.find(({ id }) => id === model) ?? null;
  }

  /** How long videos of its model take; null where nobody knows. */
  typicalSeconds(task: Task): number | null {
    return this.modelOf(task)?.typicalSeconds ?? null;
  }

  async #startOver(): Promise<void> {
    this.tasks.clear();
    this.pages.forget();
    const revision = await this.pages.readMore(everything).catch(() => null);
    if (revision !== null) this.#feed?.follow(revision);
  }

  /** The server does not take the key (any more). */
  refuse(): void {
    // Everything that was asked together is refused together; once is enough.
    if (this.#feed === null) return;
    const wasIn = this.#access.get() === 'open';
    this.#access.set(this.key.value === null ? 'wantsKey' : wasIn ? 'keyEnded' : 'wrongKey');
    this.key.forget();
    this.#feed[Symbol.dispose]();
    this.#feed = null;
    this.pages.forget();
  }
}

const StudioContext = createContext<Studio | null>(null);
/** Hands the studio to every component. */
export const StudioProvider = StudioContext.Provider;

/** The studio around this component. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error('A component stands outside of the studio.');
  return studio;
}
