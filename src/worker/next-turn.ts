import type { CreateAllowance } from '../store/store.ts';
import type { TaskId } from '../domain/video-task.ts';
import type { BreakerState } from './provider-health/breaker.ts';

/**
 * The shortest pause between two iterations, in milliseconds. Each iteration costs about 1 ms whatever it takes; with
 * 10,000 tasks under way, 15 ms gave 1.8 times the checks of no pause and `/healthz` after 2 ms instead of 101
 * (2 cores, 2026-11). A longer pause delays what becomes due right after an iteration.
 */
export const shortestPauseMs = 15;
/** Where due work cannot be had, it is asked for again after this time at the latest, in milliseconds. */
const longestRetryMs = 1000;
/** Timers fire at once beyond this. */
const longestPauseMs = 2 ** 31 - 1;

/** Everything that an iteration of the worker is decided by. Times in milliseconds since 1970. */
export interface TurnFacts {
  readonly now: number;
  /** When work of each kind is due; null: never. */
  readonly due: {
    readonly check: number | null;
    readonly submit: number | null;
    readonly waitingSince: number | null;
  };
  /** Free slots. */
  readonly slots: { readonly check: number; readonly submit: number };
  /** Whether the provider is being asked for something. */
  readonly isAsking: boolean;
  readonly breaker: BreakerState;
  readonly allowance: CreateAllowance;
  readonly patienceMs: number;
}

/** One request to the store for work; at most so many of each kind. */
export interface ClaimPlan {
  readonly checks: number;
  readonly submits: number;
  readonly except?: readonly TaskId[];
  /** Tasks that wait to be sent since before this time; they are only ended. */
  readonly expiredBefore?: number;
}

/** What an iteration does. */
export interface Turn {
  /** Claims to make, all of them, in this order, each as far as it fits into the slots that are left. */
  readonly claims: readonly ClaimPlan[];
  /** Claims of which the first that takes something is the last that is made: one request to a provider that may be back. */
  readonly probes: readonly ClaimPlan[];
  /** How long there is nothing else to do, where there is nothing to claim. */
  readonly idleMs: number;
}

/**
 * Decides one iteration of the worker's loop. Pure.
 *
 * Claims only what is due and fits into the free slots; sleeps no longer than until the next work that could be taken.
 */
export function nextTurn(facts: TurnFacts): Turn {
  const { now, due, slots, isAsking, breaker, allowance, patienceMs } = facts;
  const checks = Math.max(0, slots.check);
  const free = Math.max(0, slots.submit);
  const submits = Math.min(free, allowance.places);
  const isProbed = breaker.kind === 'probing' && isAsking;
  const opensAt = breaker.kind === 'open' ? breaker.until : now;
  // The end of what runs is a signal: where there is no slot, nothing is waited for.
  const checkAt = due.check === null || checks === 0 || isProbed ? null : Math.max(due.check, opensAt);
  const submitAt =
    due.submit === null || free === 0 || isProbed
      ? null
      : Math.max(due.submit, opensAt, allowance.places > 0 ? now : allowance.freeAt);
  const expiresAt = due.waitingSince === null || free === 0 ? null : due.waitingSince + patienceMs;

  const claims: ClaimPlan[] = [];
  const probes: ClaimPlan[] = [];
  // What waited too long is ended, whether anything may be sent or not.
  const isExpired = expiresAt !== null && expiresAt <= now;
  if (isExpired) claims.push({ checks: 0, submits: free, expiredBefore: now - patienceMs });
  const wanted = {
    checks: checkAt !== null && checkAt <= now ? checks : 0,
    submits: submitAt !== null && submitAt <= now ? submits : 0,
  };
  if (wanted.checks + wanted.submits > 0) {
    if (breaker.kind === 'probing') probes.push(...probesOf(breaker, wanted));
    else claims.push(wanted);
  }
  const times = [checkAt, submitAt, expiresAt].filter((at) => at !== null);
  const idleMs = times.length === 0 ? longestPauseMs : Math.max(0, Math.min(...times) - now);
  return { claims, probes, idleMs: Math.min(idleMs, longestPauseMs) };
}

/** What of a claim fits into the slots that the claims before it left; null: nothing. */
export function fitTo(plan: ClaimPlan, left: TurnFacts['slots']): ClaimPlan | null {
  const checks = Math.min(plan.checks, Math.max(0, left.check));
  const submits = Math.min(plan.submits, Math.max(0, left.submit));
  return checks + submits > 0 ? { ...plan, checks, submits } : null;
}

/**
 * How long the loop pauses after an iteration, in milliseconds: never less than the floor, so that I/O gets its turn
 * whatever two queries answer.
 *
 * @param taken how many tasks the iteration took
 * @param fruitless how many iterations before this one, in a row, took nothing although something was due
 */
export function pauseAfter(turn: Turn, taken: number, fruitless: number): number {
  if (taken > 0) return shortestPauseMs;
  if (turn.idleMs > 0) return Math.max(shortestPauseMs, turn.idleMs);
  return Math.min(longestRetryMs, shortestPauseMs * 2 ** Math.min(fruitless, 10));
}

/** One request, which the provider may answer although it did not answer about the tasks that failed. */
function probesOf(
  { except, first }: Extract<BreakerState, { kind: 'probing' }>,
  wanted: { readonly checks: number; readonly submits: number },
): ClaimPlan[] {
  const check = wanted.checks > 0 ? [{ checks: 1, submits: 0 }] : [];
  const submit = wanted.submits > 0 ? [{ checks: 0, submits: 1 }] : [];
  const other = check.map((plan) => ({ ...plan, except }));
  return first === 'check' ? [...other, ...check, ...submit] : [...other, ...submit, ...check];
}
