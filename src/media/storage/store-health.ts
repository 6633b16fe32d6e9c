import type { Logger } from 'pino';
import { StorageError } from '../storage-error.ts';

/** The log of when a store begins to fail, and of when that ends. */
export type FaultLog = Pick<Logger, 'error' | 'info'>;

/** Settings of the health of a store. */
export interface HealthOptions {
  /** The store, as a subject of the log's messages. */
  readonly name: string;
  readonly log: FaultLog;
  /**
   * Tries whether the store can be used.
   *
   * @param failedBytes the most bytes that a write failed with since the store last worked; null while it works
   */
  readonly probe: (failedBytes: number | null) => Promise<void>;
  /** Callers that ask within this time after a probe share it, in milliseconds; one that failed counts for a second at most. */
  readonly probeSharedMs: number;
}

const failedProbeSharedMs = 1000;

/** The state of a store that works or fails. Turns its faults into StorageError, and logs the first of them and the end of it. */
export class StoreHealth {
  readonly #options: HealthOptions;
  /** The last use failed: so many bytes, at least, were to be written. */
  #failed: { readonly bytes: number } | null = null;
  #probe: { readonly result: Promise<void>; readonly at: number } | null = null;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Work of the store alone: whatever it throws is our fault. */
  async guard<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.fault(error, bytes);
    }
  }

  /** Notes a fault of the store; returns what to throw. */
  fault(error: unknown, bytes: number): StorageError {
    if (error instanceof StorageError) return this.fault(error.cause, bytes);
    const { name, log } = this.#options;
    if (this.#failed === null) {
      log.error({ err: error }, `${name} cannot be used`);
      // A probe that went well before is out of date.
      this.#probe = null;
    }
    this.#failed = { bytes: Math.max(bytes, this.#failed?.bytes ?? 0) };
    return new StorageError(error);
  }

  /** Notes that a write succeeded. */
  works(): void {
    if (this.#failed !== null) this.#options.log.info(`${this.#options.name} can be used again`);
    this.#failed = null;
  }

  /** @throws StorageError while the store cannot be used */
  check(): Promise<void> {
    const now = performance.now();
    const { probeSharedMs } = this.#options;
    const sharedMs = this.#failed === null ? probeSharedMs : Math.min(failedProbeSharedMs, probeSharedMs);
    if (this.#probe === null || now - this.#probe.at > sharedMs) {
      this.#probe = { result: this.#try(), at: now };
    }
    return this.#probe.result;
  }

  async #try(): Promise<void> {
    try {
      await this.#options.probe(this.#failed?.bytes ?? null);
    } catch (error) {
      throw this.fault(error, 0);
    }
    this.works();
  }
}
