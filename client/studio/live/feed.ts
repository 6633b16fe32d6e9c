import type { GraphQLFormattedError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import type { AccessKey } from '../api/access-key.ts';
import { FeedSubscription, ViewerQuery, type ProviderState, type Viewer } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import { queryOf, type Operation } from '../api/graphql.ts';
import { RequestError } from '../api/request.ts';
import { basePath } from '../base.ts';
import { createValue, type Value } from './value.ts';

/** State of the connection. `offline`: reported by the device, or several attempts had no response. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline';

/** Callbacks of the feed. */
export interface FeedListeners {
  /** Called with each state of each task, in the order of revisions. */
  readonly onTask: (task: Task) => void;
  readonly onViewer: (viewer: Viewer, providers: readonly ProviderState[]) => void;
  /** Called after each attempt to connect that failed, but the first of them. */
  readonly onFailedAttempt: () => void;
  /** Called when the key is missing, unknown or expired. */
  readonly onUnauthenticated: () => void;
  /** Called when the revision to continue from is of another database: all known tasks are void. */
  readonly onReset: () => void;
}

const keepAliveMs = 10_000;
const pongMs = 5000;
/** Failed attempts in a row after which the page is offline. */
const offlineAfterFailures = 3;
const longestWaitMs = 10_000;
/** Close code of graphql-transport-ws. */
const unauthorized = 4401;

/** One socket with one subscription to all tasks. It continues from the newest revision that it received. */
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
          this.#showDisconnected();
          if (this.#failures > 1) this.#listeners.onFailedAttempt();
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
    window.addEventListener('online', () => this.#verifySocket(), { signal });
    window.addEventListener('offline', () => this.#verifySocket(), { signal });
    document.addEventListener('visibilitychange', () => this.#verifySocket(), { signal });
  }

  get connection(): Value<Connection> {
    return this.#connection;
  }

  /** Subscribes to changes after the revision of the list that was read. */
  follow(after: string): void {
    this.#newest = after;
    const newest = () => this.#newest;
    this.#client.subscribe<{ taskStatusChanged: Task }>(
      {
        query: queryOf(FeedSubscription),
        // The client sends this again after a lost connection, with the newest revision at that time.
        variables: {
          get after() {
            return newest();
          },
        },
      },
      {
        next: ({ data, errors }) => {
          // A refusal arrives as a result that ends the subscription, or as an error.
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
   * Sends a query over the open socket; if it is lost, the response arrives after the reconnect. Mutations must not be
   * sent here: the client would repeat them.
   */
  ask<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const stop = this.#client.subscribe<Result>(
      { query: queryOf(operation), variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors }) => {
          if (data) resolve(data);
          else reject(new RequestError('INTERNAL', errors?.[0]?.message ?? 'There was no response.'));
        },
        error: (error) => {
          if (isUnauthorized(error)) this.#listeners.onUnauthenticated();
          reject(new RequestError('INTERNAL', 'The server did not respond.', error));
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

  /** Reads the money spent and the health of the providers again; several calls at once become one query. */
  refreshViewer(): void {
    clearTimeout(this.#viewerTimer);
    this.#viewerTimer = setTimeout(() => {
      if (this.#connection.get() !== 'live') return;
      this.ask(ViewerQuery, {}).then(
        ({ viewer, providers }) => this.#listeners.onViewer(viewer, providers),
        // The next change of a task reads it again.
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

  /** Subscribes again after a fault of the server. */
  async #followLater(): Promise<void> {
    await this.#wait(offlineAfterFailures);
    if (this.#newest !== null && !this.#stops.signal.aborted) this.follow(this.#newest);
  }

  #showDisconnected(): void {
    this.#connection.set(
      !navigator.onLine || this.#failures >= offlineAfterFailures ? 'offline' : 'reconnecting',
    );
  }

  /** Verifies the socket when the device goes online or offline or wakes up, rather than at the next ping. */
  #verifySocket(): void {
    this.#wake();
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send('{"type":"ping"}');
      this.#expectPong();
    } else if (this.#connection.get() !== 'connecting') {
      this.#showDisconnected();
    }
  }

  #expectPong(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#client.terminate(), pongMs);
  }

  /** Waits longer after each attempt, with jitter so that not all clients return to a restarted server at once. */
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
