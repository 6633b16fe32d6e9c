import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws/client';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { serverCommand } from './environment.ts';
import { exitCodes, Failure } from './failure.ts';

/** The server to connect to, and how long to try. */
export interface ConnectionOptions {
  readonly url: string;
  readonly key: string | null;
  /** Time for which a lost connection is retried. A first connection that fails is not. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Called once when a connection is lost, and once when it is restored. */
  readonly onChange: (state: 'lost' | 'restored') => void;
}

/** Interval of pings on a quiet connection. A connection without a pong for as long is terminated. */
const keepAliveMs = 10_000;
const shortestPauseMs = 200;
const longestPauseMs = 5000;

const closed = z.object({ code: z.number(), reason: z.string().optional() });
const closeCodes = { unauthorized: 4401, forbidden: 4403 } as const;

/**
 * One WebSocket, opened on the first operation and again after it was lost. The retries of graphql-ws repeat an
 * operation with its old variables; here the caller repeats it, with the newest `after`.
 */
export class Connection implements AsyncDisposable {
  readonly #options: ConnectionOptions;
  readonly #client: Client;
  #socket: WebSocket | undefined;
  #silence: NodeJS.Timeout | undefined;
  #wasConnected = false;
  #lostAt: number | null = null;
  #attempts = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = createClient({
      url: `${options.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      keepAlive: keepAliveMs,
      // The next operation follows immediately; a longer time would delay the exit.
      lazyCloseTimeout: 50,
      ...(options.key !== null && { connectionParams: { authorization: options.key } }),
      on: {
        opened: (socket) => {
          this.#socket = socket as WebSocket;
        },
        connected: () => {
          this.#wasConnected = true;
          if (this.#lostAt !== null) options.onChange('restored');
          this.#lostAt = null;
        },
        ping: (received) => {
          if (!received) this.#silence = setTimeout(() => this.#socket?.terminate(), keepAliveMs);
        },
        pong: () => clearTimeout(this.#silence),
        closed: () => clearTimeout(this.#silence),
      },
    });
  }

  /** Yields the results of one operation, sent once. Throws what graphql-ws throws; see `retry`. */
  async *results(query: string, variables: Record<string, unknown>): AsyncGenerator {
    const { signal } = this.#options;
    signal.throwIfAborted();
    const iterator = this.#client.iterate({ query, variables });
    const aborted = Promise.withResolvers<never>();
    // It may be rejected while nothing awaits it.
    aborted.promise.catch(() => {});
    const abort = () => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', abort);
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), aborted.promise]);
        if (next.done === true) return;
        this.#attempts = 0;
        yield next.value;
      }
    } finally {
      signal.removeEventListener('abort', abort);
      await iterator.return?.();
    }
  }

  /** Waits until it is time to retry after an error of `results`. Throws a `Failure` if a retry is useless. */
  async retry(error: unknown): Promise<void> {
    const { url, signal, patienceMs, onChange } = this.#options;
    signal.throwIfAborted();
    const { data: close } = closed.safeParse(error);
    const wasRefused = close?.code === closeCodes.unauthorized || close?.code === closeCodes.forbidden;
    if (wasRefused) throw unauthorized(this.#options.key, error);
    if (!this.#wasConnected) throw unreachable(`${url} cannot be reached: ${reasonOf(error)}`, error);
    const now = performance.now();
    if (this.#lostAt === null) onChange('lost');
    this.#lostAt ??= now;
    if (now - this.#lostAt > patienceMs) {
      throw unreachable(`The connection to ${url} is lost: ${reasonOf(error)}`, error);
    }
    const pause = Math.min(longestPauseMs, shortestPauseMs * 2 ** this.#attempts++);
    await sleep(pause * (0.5 + Math.random()), undefined, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const gone = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    // A dead connection never confirms the close.
    const cut = setTimeout(() => socket.terminate(), 500);
    socket.close(1000);
    await gone;
    clearTimeout(cut);
  }
}

const unreachable = (message: string, cause: unknown) =>
  new Failure(exitCodes.unreachable, 'UNREACHABLE', message, { cause });

/** The failure of a missing or refused key, the same on both transports. */
export const unauthorized = (key: string | null, cause?: unknown): Failure =>
  new Failure(
    exitCodes.unauthorized,
    'UNAUTHENTICATED',
    key === null
      ? 'The server requires a key: set REELAY_API_KEY.'
      : 'The server did not accept this key: check REELAY_API_KEY.',
    { cause },
  );

/** The reason of an error of ws or graphql-ws, which are events as in a browser, as the end of a sentence. */
function reasonOf(error: unknown): string {
  const { data: close } = closed.safeParse(error);
  if (close !== undefined) return `closed with ${close.code}${close.reason ? ` (${close.reason})` : ''}.`;
  const { data: event } = z.object({ message: z.string() }).safeParse(error);
  const message = event?.message ?? String(error);
  if (message.includes('ECONNREFUSED'))
    return `connection refused. Is the server running (${serverCommand})?`;
  if (message.includes('ENOTFOUND')) return 'host not found.';
  const [, status] = /Unexpected server response: (\d+)/.exec(message) ?? [];
  if (status === '401') return 'the server refuses outside callers (401) because it has no API_KEYS.';
  if (status === '403') return 'the server does not accept this host name (403). Check its PUBLIC_URL.';
  if (status !== undefined) return `the response is not from a Reelay server (HTTP ${status}).`;
  return `${message}.`;
}
