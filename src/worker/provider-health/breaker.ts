import type { ProviderHealth } from '../../providers/provider.ts';
import type { TaskId } from '../../domain/video-task.ts';

/** The number of different tasks that must meet a fault without an answer in between: one odd task never stops the others. */
const openingTasks = 3;
/** The number of requests in a row that met no connection, of however few tasks: then nothing else would either. */
const openingRefusals = 3;
/** The number of faults in a row, of however few tasks, after which the provider is reported as down. */
const downFaults = 6;
/** The longest pause, in milliseconds: within it a provider that is back is noticed. */
const longestPauseMs = 60_000;
/** The number of failed tasks that a probe avoids: more than are asked for at once, as a statement has a limit. */
const mostExcepted = 200;

/** Requests that a provider may be sent now. */
export type BreakerState =
  | { readonly kind: 'closed' }
  /** Nothing until then. */
  | { readonly kind: 'open'; readonly until: number }
  /** One request, to see whether it is back: preferably about none of these tasks, which failed last. */
  | {
      readonly kind: 'probing';
      readonly except: readonly TaskId[];
      /** The probe where there are no others: a new task is sent, or one of these is checked. Alternates. */
      readonly first: 'submit' | 'check';
    };

/** The state that instances share. */
interface Known {
  readonly failing: readonly TaskId[];
  /** Absent in what an earlier version wrote, as is the next. */
  readonly faults?: number;
  readonly refusedConnections?: number;
  readonly pauses: number;
  readonly openUntil: number | null;
}

const nothingKnown: Known = { failing: [], pauses: 0, openUntil: null };

/**
 * A circuit breaker for one provider. Opens on faults over several tasks, or where no connection to the provider can be
 * made, doubles its pause after each failed probe, and closes on the first answer that makes sense.
 */
export class Breaker {
  readonly #basePauseMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #failing = new Set<TaskId>();
  /** Faults since the last answer, and those of them that met no connection. */
  #faults = 0;
  #refusedConnections = 0;
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
    if (this.#openUntil !== null || this.#faults >= downFaults) return 'DOWN';
    if (this.#failing.size > 0) return 'DEGRADED';
    return this.#hasAnswered ? 'UP' : 'UNKNOWN';
  }

  /**
   * Records that a request about this task met a fault of the provider.
   *
   * @param isUnreachable no connection could be made, which is never the fault of one task
   */
  failed(taskId: TaskId, retryAfterMs: number | null, isUnreachable = false): void {
    this.#failing.delete(taskId);
    this.#failing.add(taskId);
    this.#faults += 1;
    if (isUnreachable) this.#refusedConnections += 1;
    const { kind } = this.state;
    // A request that was under way when it opened says nothing new.
    if (kind === 'open') return;
    const opens = this.#failing.size >= openingTasks || this.#refusedConnections >= openingRefusals;
    if (kind === 'probing' || opens) this.#pause(retryAfterMs);
  }

  /** Records a paid request without a clear outcome: that matters only for a probe. */
  unclear(): void {
    if (this.state.kind === 'probing') this.#pause(null);
  }

  /** Records an answer. Returns whether the breaker was open: overdue checks should then not all go out at once. */
  answered(): boolean {
    const wasOpen = this.#openUntil !== null;
    this.#failing.clear();
    this.#faults = 0;
    this.#refusedConnections = 0;
    this.#pauses = 0;
    this.#openUntil = null;
    this.#hasAnswered = true;
    return wasOpen;
  }

  /** What other instances must know, as text. */
  toText(): string {
    const known: Known = {
      failing: [...this.#failing].slice(-mostExcepted),
      faults: this.#faults,
      refusedConnections: this.#refusedConnections,
      pauses: this.#pauses,
      openUntil: this.#openUntil,
    };
    return JSON.stringify(known);
  }

  /** Goes on from what an instance wrote last; null: none has written anything. */
  adopt(text: string | null): void {
    const known = text === null ? nothingKnown : (JSON.parse(text) as Known);
    const { failing, faults = 0, refusedConnections = 0, pauses, openUntil } = known;
    this.#failing.clear();
    for (const id of failing) this.#failing.add(id);
    this.#faults = faults;
    this.#refusedConnections = refusedConnections;
    this.#pauses = pauses;
    this.#openUntil = openUntil;
  }

  #pause(retryAfterMs: number | null): void {
    const pauseMs = Math.min(longestPauseMs, this.#basePauseMs * 2 ** Math.min(this.#pauses, 20));
    const askedMs = Math.min(longestPauseMs, retryAfterMs ?? 0);
    this.#openUntil = this.#now() + Math.max(pauseMs * (1 + this.#random() / 10), askedMs);
    this.#pauses += 1;
  }
}
