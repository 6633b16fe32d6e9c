import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { clientConfig, reasonOf } from './connections.ts';

/** The one channel of all instances. */
const channel = 'reelay_changes';
/**
 * The shortest time between two notifications of one instance, in milliseconds: 50 a second at most, however many changes
 * there are. Each takes a lock of the whole server at its commit and wakes the listener of every instance.
 */
const batchMs = 20;
/** The pause before the listener connects again, in milliseconds: it doubles with each failure. */
const firstPauseMs = 100;
/** A pooler that refuses LISTEN is asked this rarely: polling does the work then. */
const longestPauseMs = 30_000;
/** The listener asks the server this often whether it is still there, in milliseconds: a cut line says nothing. */
const probeMs = 10_000;

/** Settings of change signals. */
export interface ChangeSignalsOptions {
  /** The address for LISTEN; may differ from that of the pool, which may be behind a pooler. */
  readonly listenUrl: string;
  readonly log: Logger;
  /** Sends a notification by the pool. */
  readonly notify: (channel: string, payload: string) => Promise<void>;
  /** Called when another instance has changed something. Must not throw. */
  readonly onChange: () => void;
  /** Called when the listener is connected again: what was signaled before is lost. Must not throw. */
  readonly onConnect: () => void;
}

/**
 * Wake-ups between instances by LISTEN and NOTIFY: only hints that there is something to read. Notifications are sent
 * outside the writing transactions, many changes by one. Owns one connection, which is made again when it is lost.
 */
export class ChangeSignals implements AsyncDisposable {
  readonly #options: ChangeSignalsOptions;
  readonly #self = randomUUID();
  readonly #stopping = new AbortController();
  readonly #listening: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #sentAt = Number.NEGATIVE_INFINITY;
  #sent = 0;

  constructor(options: ChangeSignalsOptions) {
    this.#options = options;
    this.#listening = this.#listen();
  }

  /** Tells the others that something has changed, with the next notification. */
  signal(): void {
    if (this.#timer !== null || this.#stopping.signal.aborted) return;
    const waitMs = Math.max(0, this.#sentAt + batchMs - performance.now());
    this.#timer = setTimeout(() => this.#send(), waitMs);
  }

  /** The number of notifications so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends what is left and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) this.#send();
    this.#stopping.abort();
    await this.#listening;
    await this.#sending;
  }

  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sentAt = performance.now();
    this.#sent += 1;
    const { notify, log } = this.#options;
    this.#sending = notify(channel, this.#self).catch((error: unknown) =>
      // Nothing is lost: the others look by themselves too.
      log.debug({ err: error }, 'other instances could not be notified'),
    );
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = firstPauseMs; !signal.aborted;) {
      const began = performance.now();
      const error = await this.#listenOnce();
      if (signal.aborted) return;
      if (performance.now() - began > longestPauseMs) pauseMs = firstPauseMs;
      this.#options.log.warn(
        { reason: reasonOf(error), pauseMs },
        'no notifications of other instances: their changes are looked for instead',
      );
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
    }
  }

  /** Listens until the connection is lost or the stop; returns why it was lost. */
  async #listenOnce(): Promise<unknown> {
    const { listenUrl, onChange, onConnect } = this.#options;
    const { signal } = this.#stopping;
    const client = new Client({ ...clientConfig(listenUrl), query_timeout: probeMs });
    const lost = Promise.withResolvers<unknown>();
    client.on('error', lost.resolve);
    client.on('end', () => lost.resolve(new Error('The connection ended')));
    client.on('notification', ({ payload }) => {
      if (payload !== this.#self) onChange();
    });
    signal.addEventListener('abort', lost.resolve, { once: true });
    const probe = setInterval(() => void client.query('select 1').catch(lost.resolve), probeMs);
    try {
      await Promise.race([client.connect().then(() => client.query(`listen ${channel}`)), lost.promise]);
      if (!signal.aborted) onConnect();
      return await lost.promise;
    } catch (error) {
      return error;
    } finally {
      clearInterval(probe);
      signal.removeEventListener('abort', lost.resolve);
      // A server that is gone does not take leave.
      void client.end().catch(() => undefined);
      client.connection.stream.destroy();
    }
  }
}
