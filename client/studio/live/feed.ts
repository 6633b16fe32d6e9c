import type { GraphQLFormattedError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import type { AccessKey } from '../api/access-key.ts';
import { FeedSubscription, ViewerQuery, type Viewer } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import { textOf, type Operation } from '../api/graphql.ts';
import { RequestError } from '../api/request.ts';
import { basePath } from '../base.ts';
import { createValue, type Value } from './value.ts';

/** How the page hears of changes. `offline`: the device says so, or nobody answered several times. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline';

/** What the feed tells its owner. */
export interface FeedListeners {
  /** Each state of each task, in the order of revisions. */
  readonly onTask: (task: Task) => void;
  readonly onViewer: (viewer: Viewer) => void;
  /** The key is missing, unknown or has ended. */
  readonly onUnauthenticated: () => void;
  /** The revision to go on from is of another database: what is known counts for nothing. */
  readonly onReset: () => void;
}

const keepAliveMs = 10_000;
const pongMs = 5000;
/** So many attempts without an answer are more than a hiccup. */
const hiccups = 3;
const longestWaitMs = 10_000;
/** Close code of graphql-transport-ws. */
const unauthorized = 4401;

/** One socket, and one subscription to everything. It goes on from the newest revision that it saw. */
export class Feed implements Disposable {
  readonly #client: Client;
  readonly #listeners: FeedListeners;
  readonly #connection = createValue<Connection>('connecting');
  readonly #stops = new AbortController();
  #newest: string | null = null;
  #socket: WebSocket | null = null;
  #failures = 0;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  #viewerTimer: ReturnType<typeof setTimeout> | undefined;
  #wake: () => void = () => {};

  constructor(key: AccessKey, listeners: FeedListeners) {
    this.#listeners = listeners;
    this.#client = createClient({
      url: `${location.origin.replace(/^http/, 'ws')}${basePath()}/graphql`,
      connectionParams: () => (key.value === null ? {} : { authorization: `Bearer ${key.value}` }),
      keepAlive: keepAliveMs,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (attempt) => this.#wait(attempt),
      shouldRetry: () => true,
      on: {
        opened: (socket) => {
          this.#socket = socket as WebSocket;
        },
        connected: () => {
          this.#failures = 0;
          this.#connection.set('live');
          this.refreshViewer();
        },
        closed: () => {
          this.#socket = null;
          this.#failures += 1;
          clearTimeout(this.#pongTimer);
          this.#showBroken();
        },
        ping: (received) => {
          if (!received) this.#expectPong();
        },
        pong: (received) => {
          if (received) clearTimeout(this.#pongTimer);
        },
      },
    });
    const { signal } = this.#stops;
    window.addEventListener('online', () => this.#look(), { signal });
    window.addEventListener('offline', () => this.#look(), { signal });
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
  }

  get connection(): Value<Connection> {
    return this.#connection;
  }

  /** Begins after the revision as of which the list was read. */
  follow(after: string): void {
    this.#newest = after;
    const newest = () => this.#newest;
    this.#client.subscribe<{ taskStatusChanged: Task }>(
      {
        query: textOf(FeedSubscription),
        // The client sends this again after a cut, and then asks for what is newest by that time.
        variables: {
          get after() {
            return newest();
          },
        },
      },
      {
        next: ({ data, errors }) => {
          // A refusal comes as a result that ends the subscription, or as an error.
          if (!data) {
            this.#onRefused(errors);
            return;
          }
          const { taskStatusChanged: task } = data;
          if (this.#newest === null || task.revision > this.#newest) this.#newest = task.revision;
          this.#listeners.onTask(task);
        },
        error: (error) => this.#onError(error),
        complete: () => {},
      },
    );
  }

  /**
   * Reads something over the socket that is open anyway; during a cut the answer comes after it. Commands do not
   * belong here: the client would send them again.
   */
  ask<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const stop = this.#client.subscribe<Result>(
      { query: textOf(operation), variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors }) => {
          if (data) resolve(data);
          else reject(new RequestError('INTERNAL', errors?.[0]?.message ?? 'There was no answer.'));
        },
        error: (error) => {
          if (isUnauthorized(error)) this.#listeners.onUnauthenticated();
          reject(new RequestError('INTERNAL', 'The server did not answer.', error));
        },
        complete: () => {},
      },
    );
    signal?.addEventListener('abort', () => {
      stop();
      reject(signal.reason as Error);
    });
    return promise;
  }

  /** Asks once what was spent, over the socket that is open anyway; several wishes at once are one. */
  refreshViewer(): void {
    clearTimeout(this.#viewerTimer);
    this.#viewerTimer = setTimeout(() => {
      if (this.#connection.get() !== 'live') return;
      this.ask(ViewerQuery, {}).then(
        ({ viewer }) => this.#listeners.onViewer(viewer),
        // The next change of a task asks again.
        () => {},
      );
    }, 300);
  }

  [Symbol.dispose](): void {
    this.#stops.abort();
    clearTimeout(this.#pongTimer);
    clearTimeout(this.#viewerTimer);
    this.#wake();
    void this.#client.dispose();
  }

  #onError(error: unknown): void {
    if (this.#stops.signal.aborted) return;
    if (isUnauthorized(error)) this.#listeners.onUnauthenticated();
    else this.#onRefused(Array.isArray(error) ? (error as readonly GraphQLFormattedError[]) : undefined);
  }

  #onRefused(errors: readonly GraphQLFormattedError[] | undefined): void {
    if (errors?.some(({ extensions }) => extensions?.['code'] === 'BAD_INPUT')) this.#listeners.onReset();
    else void this.#followLater();
  }

  /** The server had a fault of its own. */
  async #followLater(): Promise<void> {
    await this.#wait(hiccups);
    if (this.#newest !== null && !this.#stops.signal.aborted) this.follow(this.#newest);
  }

  #showBroken(): void {
    this.#connection.set(!navigator.onLine || this.#failures >= hiccups ? 'offline' : 'reconnecting');
  }

  /** The device came online, went offline or woke up: a dead socket is found now, not at the next ping. */
  #look(): void {
    this.#wake();
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send('{"type":"ping"}');
      this.#expectPong();
    } else if (this.#connection.get() !== 'connecting') {
      this.#showBroken();
    }
  }

  #expectPong(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#client.terminate(), pongMs);
  }

  /** Longer after each attempt, with jitter so that a server that comes back is not met by everyone at once. */
  #wait(attempt: number): Promise<void> {
    const ms = Math.min(longestWaitMs, 300 * 2 ** attempt) * (0.75 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const isUnauthorized = (error: unknown): boolean =>
  error instanceof CloseEvent && error.code === unauthorized;
