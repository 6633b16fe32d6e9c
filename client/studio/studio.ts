import { createContext, useContext } from 'react';
import { openAccessKey, type AccessKey } from './api/access-key.ts';
import { forgetUser } from './api/local-data.ts';
import {
  StartQuery,
  TaskQuery,
  type Model,
  type Provider,
  type ProviderState,
  type Viewer,
} from './api/queries.ts';
import type { Task } from './api/task.ts';
import { createRequest, type Request } from './api/request.ts';
import { storePoster } from './api/store-poster.ts';
import { Favourites } from './gallery/favourites.ts';
import { Selection } from './gallery/selection.ts';
import { diagnose, type Fault } from './live/diagnose.ts';
import { Feed, type Connection } from './live/feed.ts';
import { everything } from './live/filter.ts';
import { TaskPages } from './live/pages.ts';
import { RetryPrices } from './live/retry-prices.ts';
import { TaskStore } from './live/task-store.ts';
import { FrameOffers } from './live/frame-offers.ts';
import { isTerminal } from './live/progress.ts';
import { createTicker } from './live/ticker.ts';
import { createValue, type Value } from './live/value.ts';
import { BatchSender } from './batch/batch-sender.ts';
import type { Fill } from './create/fill.ts';
import { homePath } from './route.ts';

/** State of the page's access to the server. */
export type Access = 'opening' | 'open' | 'needsKey' | 'wrongKey' | 'keyEnded' | 'failed';

/** Reads of one task each that are under way at the same time. */
const favouritesAtOnce = 10;
/** Pause between two looks at the health of the providers, while a video is being made. */
const healthMs = 20_000;

/** State of the page. Mutations are sent over HTTP, everything is read over one socket. */
export class Studio {
  readonly key: AccessKey = openAccessKey();
  /** Sends mutations. */
  readonly request: Request = createRequest(this.key, () => this.refuse());
  /** Reads over the socket. */
  readonly ask: Request = (operation, variables, signal) => {
    if (this.#feed === null) return Promise.reject(new Error('The studio is closed.'));
    return this.#feed.ask(operation, variables, signal);
  };
  readonly tasks = new TaskStore((task) => this.typicalSeconds(task));
  readonly pages = new TaskPages(this.ask, this.tasks);
  readonly prices = new RetryPrices(this.ask);
  readonly batch = new BatchSender(this.request, (task) => {
    this.tasks.take(task);
    this.show(task.id);
  });
  readonly ticker = createTicker();
  /** What the form is to be filled with next; it takes it and sets null. */
  readonly fill = createValue<Fill | null>(null);
  /** A task whose variants are compared; null while none are. */
  readonly compared = createValue<Task | null>(null);
  readonly favourites = new Favourites();
  readonly selection = new Selection();
  /** Ids of the tasks that the gallery shows, in its order. */
  readonly order = createValue<readonly string[]>([]);
  readonly #access = createValue<Access>('opening');
  readonly #viewer = createValue<Viewer | null>(null);
  readonly #providers = createValue<readonly Provider[]>([]);
  readonly #connection = createValue<Connection>('connecting');
  readonly #shown = createValue<ReadonlySet<string>>(new Set());
  readonly #frames = new FrameOffers((taskId, frame) => storePoster(taskId, frame, this.key));
  readonly #fault = createValue<Fault | null>(null);
  #feed: Feed | null = null;
  #isDiagnosing = false;

  constructor() {
    this.tasks.onChange(({ task, before }) => {
      // The money spent may have changed.
      if (before?.stage !== task.stage || before.cost?.amount !== task.cost?.amount)
        this.#feed?.refreshViewer();
    });
    // As long as the page: nothing reports that a provider does not respond.
    setInterval(() => {
      const isWaiting = this.tasks.list.get().some(({ task }) => !isTerminal(task));
      if (isWaiting && !document.hidden) this.#feed?.refreshViewer();
    }, healthMs);
  }

  /** Offers the server the frame that a player shows as the poster of its task. */
  offerFrame(taskId: string, video: HTMLVideoElement): void {
    this.#frames.offer(taskId, video);
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
  /** Why there is no connection; null while there is one, or while the reason is unknown. */
  get fault(): Value<Fault | null> {
    return this.#fault;
  }

  /** Ids of tasks created here since the last change of the filter, which does not hide them. */
  get shown(): Value<ReadonlySet<string>> {
    return this.#shown;
  }

  /** Keeps a new task visible, whatever the filter is. */
  show(id: string): void {
    this.#shown.set(new Set([...this.#shown.get(), id]));
  }

  /** Lets the filter alone decide again, because the user has changed it. */
  hideUnmatched(): void {
    this.#shown.set(new Set());
  }

  /** Connects, reads the first data, and follows all changes from there. */
  async open(): Promise<void> {
    this.#feed?.[Symbol.dispose]();
    const asksForKey = document.documentElement.dataset['access'] === 'key';
    if (asksForKey && this.key.value === null) {
      this.#access.set('needsKey');
      return;
    }
    this.#access.set('opening');
    const feed = new Feed(this.key, {
      onTask: (task) => this.tasks.take(task),
      onViewer: (viewer, providers) => {
        this.#viewer.set(viewer);
        this.#takeStates(providers);
      },
      onFailedAttempt: () => void this.#diagnose(),
      onUnauthenticated: () => this.refuse(),
      onReset: () => void this.#startOver(),
    });
    this.#feed = feed;
    this.prices.forget();
    feed.connection.subscribe(() => {
      this.#connection.set(feed.connection.get());
      if (feed.connection.get() === 'live') this.#fault.set(null);
    });
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

  /** Keeps a key and connects with it. */
  async signIn(key: string, onThisDevice: boolean): Promise<void> {
    this.key.keep(key, onThisDevice);
    await this.open();
  }

  /** Forgets the key, everything read with it, and everything of the user that this device keeps. */
  signOut(): void {
    this.batch.pause();
    this.key.forget();
    forgetUser();
    location.assign(homePath());
  }

  /** Reads the task of a link into the store. Returns whether it exists. */
  async find(id: string): Promise<boolean> {
    if (this.tasks.find(id) !== null) return true;
    const { videoTask } = await this.ask(TaskQuery, { id });
    if (videoTask !== null) this.tasks.take(videoTask);
    return videoTask !== null;
  }

  /** Reads the favourites that are not known yet, and forgets those that do not exist. */
  async readFavourites(): Promise<void> {
    const unknown = [...this.favourites.ids.get()].filter((id) => this.tasks.find(id) === null);
    const gone: string[] = [];
    for (let start = 0; start < unknown.length; start += favouritesAtOnce) {
      const some = unknown.slice(start, start + favouritesAtOnce);
      const found = await Promise.all(some.map((id) => this.find(id)));
      gone.push(...some.filter((_, index) => found[index] === false));
    }
    this.favourites.forget(gone);
  }

  /** The model of a task; null if it is only known by name. */
  modelOf({ provider, model }: Task): Model | null {
    const offered = this.#providers.get().find(({ name }) => name === provider);
    return (
      offered?.models.find(({ id }) => id === model) ??
      offered?.models.find(({ imageUseLimits }) => imageUseLimits.some((limits) => limits.model === model)) ??
      null
    );
  }

  /** Typical time of the task's model; null if unknown. */
  typicalSeconds(task: Task): number | null {
    return this.modelOf(task)?.typicalSeconds ?? null;
  }

  #takeStates(seen: readonly ProviderState[]): void {
    const stateOf = new Map(seen.map(({ name, health, keyRefused }) => [name, { health, keyRefused }]));
    const providers = this.#providers.get();
    const isKnown = (provider: Provider) => {
      const state = stateOf.get(provider.name) ?? provider;
      return state.health === provider.health && state.keyRefused === provider.keyRefused;
    };
    if (!providers.every(isKnown))
      this.#providers.set(providers.map((provider) => ({ ...provider, ...stateOf.get(provider.name) })));
  }

  async #diagnose(): Promise<void> {
    if (this.#isDiagnosing) return;
    this.#isDiagnosing = true;
    const fault = await diagnose(this.key);
    this.#isDiagnosing = false;
    if (this.#feed === null || this.#connection.get() === 'live') return;
    if (fault === 'key') this.refuse();
    else this.#fault.set(fault);
  }

  async #startOver(): Promise<void> {
    this.tasks.clear();
    this.pages.forget();
    const revision = await this.pages.readMore(everything).catch(() => null);
    if (revision !== null) this.#feed?.follow(revision);
  }

  /** Closes the connection and asks for a key, because the server did not accept the present one. */
  refuse(): void {
    // Several requests may be refused at the same time; one call is sufficient.
    if (this.#feed === null) return;
    const wasIn = this.#access.get() === 'open';
    this.#access.set(this.key.value === null ? 'needsKey' : wasIn ? 'keyEnded' : 'wrongKey');
    this.key.forget();
    this.#feed[Symbol.dispose]();
    this.#feed = null;
    this.pages.forget();
  }
}

const StudioContext = createContext<Studio | null>(null);
/** Provides the studio to components. */
export const StudioProvider = StudioContext.Provider;

/** The studio of this component. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error('A component is outside of StudioProvider.');
  return studio;
}
