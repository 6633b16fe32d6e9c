import type { ProviderHealth } from '../../providers/provider.ts';
import type { TaskId } from '../../domain/video-task.ts';

/** One odd task never stops the others: so many different ones must have met a fault since the last good answer. */
const openingTasks = 3;
/** A provider that is back is noticed within this time, in milliseconds. */
const longestPauseMs = 60_000;
/** More than are asked for at once; a statement takes no endless list. */
const mostExcepted = 200;

/** What may be asked of the provider now. */
export type BreakerState =
  | { readonly kind: 'closed' }
  /** Nothing, until then. */
  | { readonly kind: 'open'; readonly until: number }
  /** One request, to see whether it is back: best about none of these, which failed last. */
  | {
      readonly kind: 'probing';
      readonly except: readonly TaskId[];
      /** Where there is none but these: whether a new task is sent, or one of these asked for again. In turns. */
      readonly first: 'submit' | 'check';
    };

/**
 * Stops asking a provider that answers nobody. Opens on faults of the provider over several tasks, pauses twice
 * as long after each failed probe, and closes on the first answer that makes sense.
 */
export class Breaker {
  readonly #basePauseMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #failing = new Set<TaskId>();
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
    if (this.#openUntil > this.#now()) return { kind: 'open', until: this.#openUntil };
    return {
      kind: 'probing',
      except: [...this.#failing].slice(-mostExcepted),
      first: this.#pauses % 2 === 0 ? 'submit' : 'check',
    };
  }

  get health(): ProviderHealth {
    if (this.#openUntil !== null) return 'DOWN';
    if (this.#failing.size > 0) return 'DEGRADED';
    return this.#hasAnswered ? 'UP' : 'UNKNOWN';
  }

  /** A request about this task met a fault of the provider. */
  failed(taskId: TaskId, retryAfterMs: number | null): void {
    this.#failing.delete(taskId);
    this.#failing.add(taskId);
    const { kind } = this.state;
    // What was under way when it opened says nothing new.
    if (kind === 'open' || (kind === 'closed' && this.#failing.size < openingTasks)) return;
    this.#pause(retryAfterMs);
  }

  /** A paid request had no clear outcome. That delays nobody, unless it was to show that the provider is back. */
  unclear(): void {
    if (this.state.kind === 'probing') this.#pause(null);
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

  #pause(retryAfterMs: number | null): void {
    const pauseMs = Math.min(longestPauseMs, this.#basePauseMs * 2 ** Math.min(this.#pauses, 20));
    const askedMs = Math.min(longestPauseMs, retryAfterMs ?? 0);
    this.#openUntil = this.#now() + Math.max(pauseMs * (1 + this.#random() / 10), askedMs);
    this.#pauses += 1;
  }
}
