import type { Agent } from 'undici';
import { DeadlineSignal } from '../../time/deadline.ts';
import { createGuardedAgent, RefusedAddressError } from './address-guard.ts';
import type { AllowedHosts } from '../../settings/addresses/allowed-hosts.ts';
import { guardedGet, NotAnAddressError } from './guarded-get.ts';

/** Statuses that every client gets; 403 may be about us alone. */
const goneStatuses: ReadonlySet<number> = new Set([404, 410]);

/**
 * Checks of image addresses before a paid request. A provider accepts an address that it cannot reach, and fails much
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
