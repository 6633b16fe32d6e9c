import type { ProviderHealth } from '../providers/provider.ts';

/** One odd task never stops the others: so many different ones must have met a fault since the last good answer. */
const openingTasks = 3;
/** A provider that is back is noticed within this time, in milliseconds. */
const longestPauseMs = 60_000;

/** What may be asked of the provider now. */
export type BreakerState =
  | { readonly kind: 'closed' }
  /** Nothing, until then. */
  | { readonly kind: 'open'; readonly until: number }
  /** One request, to see whether it is back. */
  | { readonly kind: 'probing' };

/**
 * Stops asking a provider that answers nobody. Opens on faults of the provider over several tasks, pauses twice
 * as long after each failed probe, and closes on the first answer that makes sense.
 */
export class Breaker {
  readonly #basePauseMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #failing = new Set<string>();
  #pauses = 0;
  #openUntil: number | null = null;
  #hasAnswered = false;

  /** @param basePauseMs the first pause, in milliseconds */
  constructor(basePauseMs: number, now: () => number, random: () => number) {
    this.#basePauseMs = basePauseMs;
    this.#now = now;
    this.#random = random;
  }

  get state(): BreakerState {
    if (this.#openUntil === null) return { kind: 'closed' };
    return this.#openUntil > this.#now() ? { kind: 'open', until: this.#openUntil } : { kind: 'probing' };
  }

  get health(): ProviderHealth {
    if (this.#openUntil !== null) return 'DOWN';
    if (this.#failing.size > 0) return 'DEGRADED';
    return this.#hasAnswered ? 'UP' : 'UNKNOWN';
  }

  /** A request about this task met a fault of the provider. */
  failed(taskId: string, retryAfterMs: number | null): void {
    this.#failing.add(taskId);
    const { kind } = this.state;
    // What was under way when it opened says nothing new.
    if (kind === 'open' || (kind === 'closed' && this.#failing.size < openingTasks)) return;
    const pauseMs = Math.min(longestPauseMs, this.#basePauseMs * 2 ** Math.min(this.#pauses, 20));
    const askedMs = Math.min(longestPauseMs, retryAfterMs ?? 0);
    this.#openUntil = this.#now() + Math.max(pauseMs * (1 + this.#random() / 10), askedMs);
    this.#pauses += 1;
  }

  /** The provider answered. True when it had not for a while: what is overdue had better not go out at once. */
  answered(): boolean {
    const wasOpen = this.#openUntil !== null;
    this.#failing.clear();
    this.#pauses = 0;
    this.#openUntil = null;
    this.#hasAnswered = true;
    return wasOpen;
  }
}
