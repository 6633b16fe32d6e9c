import type { Agent } from 'undici';
import { DeadlineSignal } from '../../time/deadline.ts';
import { StorageError } from '../storage-error.ts';
import { fetchImage, NotAnImageError, type FetchedImage } from './fetch-image.ts';
import { createGuardedAgent, RefusedAddressError } from './address-guard.ts';
import type { AllowedHosts } from '../../settings/addresses/allowed-hosts.ts';
import { guardedGet, NotAnAddressError } from './guarded-get.ts';

/** Codes of errors that say that this process or machine has no more of something. */
const ownShortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
/** Statuses that every client gets; 403 may be about us alone. */
const goneStatuses: ReadonlySet<number> = new Set([404, 410]);

/** For all of an image, in milliseconds. */
const fetchTimeoutMs = 30_000;

/** An image, or the reason why it cannot be had, for users. */
export type ImageFetch =
  | { readonly kind: 'fetched'; readonly image: FetchedImage }
  | { readonly kind: 'unreachable'; readonly reason: string };

/**
 * Checks and fetches of image addresses before a paid request. A provider accepts an address that it cannot reach, and fails much
 * later (recordings of Kie, 2026).
 */
export class ImageSources implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  /**
   * @param allowHosts hosts that may be private addresses
   * @param timeoutMs for one check; a slower host may still be reached by the provider
   */
  constructor(allowHosts: AllowedHosts, timeoutMs: number) {
    this.#agent = createGuardedAgent(allowHosts, timeoutMs);
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The reason why no client can fetch an image; null where none is proven. A name that we cannot resolve, silence and a
   * refusal of us prove nothing about the provider.
   */
  async whyUnreachable(address: string, signal: AbortSignal): Promise<string | null> {
    using deadline = new DeadlineSignal(this.#timeoutMs);
    const bounded = AbortSignal.any([signal, deadline.signal]);
    try {
      const { statusCode, body } = await guardedGet(this.#agent, address, 'image/*,*/*;q=0.5', bounded);
      await body.dump({ limit: 1024, signal: bounded });
      return goneStatuses.has(statusCode) ? `its host answers with HTTP status ${statusCode}` : null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RefusedAddressError || error instanceof NotAnAddressError) return error.message;
      const code = error instanceof Error && 'code' in error ? error.code : null;
      return code === 'ECONNREFUSED' ? 'its host refuses connections' : null;
    }
  }

  /**
   * Fetches an image for a provider that takes bytes only. The caller disposes of it.
   *
   * @throws StorageError for a fault of this machine; what `signal` is aborted with
   */
  async fetch(address: string, signal: AbortSignal): Promise<ImageFetch> {
    using deadline = new DeadlineSignal(fetchTimeoutMs);
    try {
      const bounded = AbortSignal.any([signal, deadline.signal]);
      return { kind: 'fetched', image: await fetchImage(this.#agent, address, bounded) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StorageError) throw error;
      const isForUsers =
        error instanceof NotAnImageError ||
        error instanceof RefusedAddressError ||
        error instanceof NotAnAddressError;
      if (isForUsers) return { kind: 'unreachable', reason: error.message };
      if (deadline.hasPassed) {
        return { kind: 'unreachable', reason: `it did not arrive within ${fetchTimeoutMs / 1000} s` };
      }
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
      if (ownShortages.has(code)) throw new StorageError(error);
      return { kind: 'unreachable', reason: `its host cannot be reached (${code})` };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
