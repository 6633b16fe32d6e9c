import type { CreateAllowance } from '../store/create-limit.ts';
import type { TaskId } from '../domain/video-task.ts';
import type { BreakerState } from './provider-health/breaker.ts';

/**
 * The shortest pause between two iterations, in milliseconds. Each iteration costs about 1 ms whatever it takes; with
 * 10,000 tasks under way, 15 ms gave 1.8 times the checks of no pause and `/healthz` after 2 ms instead of 101
 * (2 cores, 2026-11). A longer pause delays what becomes due right after an iteration.
 */
export const shortestPauseMs = 15;
/**
 * The most checks that one iteration begins: to read so many tasks and send their requests takes some 10 ms, during which
 * the event loop serves nothing else. With the pause between iterations this allows 8,000 checks/s.
 */
const mostChecksAtOnce = 128;
/** The longest pause before a claim is repeated that took no due work, in milliseconds. */
const longestRetryMs = 1000;
/** The longest pause of a timer, in milliseconds: beyond this, timers fire at once. */
const longestPauseMs = 2 ** 31 - 1;

/** The facts that decide an iteration of the loop. Times in milliseconds since 1970. */
export interface TurnFacts {
  readonly now: number;
  /** The earliest due time of each kind of work; null where there is none. */
  readonly due: {
    readonly check: number | null;
    readonly submit: number | null;
    readonly waitingSince: number | null;
  };
  /** Free slots. */
  readonly slots: { readonly check: number; readonly submit: number };
  /** True if a request to the provider is under way. */
  readonly isAsking: boolean;
  readonly breaker: BreakerState;
  readonly allowance: CreateAllowance;
  readonly patienceMs: number;
}

/** One claim to make: at most so many tasks of each kind. */
export interface ClaimPlan {
  readonly checks: number;
  readonly submits: number;
  readonly except?: readonly TaskId[];
  /** Only tasks that have waited to be sent since before this time; they are ended. */
  readonly expiredBefore?: number;
}

/** The claims of one iteration. */
export interface Turn {
  /** All of these are made, in this order, each as far as it fits into the slots that are left. */
  readonly claims: readonly ClaimPlan[];
  /** These are made until one takes a task: a single request to a provider that may be back. */
  readonly probes: readonly ClaimPlan[];
  /** For how long there is nothing to do, where there is nothing to claim, in milliseconds. */
  readonly idleMs: number;
}

/**
 * One iteration of the loop, decided from the facts. Pure.
 *
 * Claims only what is due and fits into the free slots; sleeps no longer than until the next work that could be taken.
 */
export function nextTurn(facts: TurnFacts): Turn {
  const { now, due, slots, isAsking, breaker, allowance, patienceMs } = facts;
  const checks = Math.min(mostChecksAtOnce, Math.max(0, slots.check));
  const free = Math.max(0, slots.submit);
  const submits = Math.min(free, allowance.places);
  const isProbed = breaker.kind === 'probing' && isAsking;
  const opensAt = breaker.kind === 'open' ? breaker.until : now;
  // A slot that becomes free wakes the loop: without one, no due time matters.
  const checkAt = due.check === null || checks === 0 || isProbed ? null : Math.max(due.check, opensAt);
  const submitAt =
    due.submit === null || free === 0 || isProbed
      ? null
      : Math.max(due.submit, opensAt, allowance.places > 0 ? now : allowance.freeAt);
  const expiresAt = due.waitingSince === null || free === 0 ? null : due.waitingSince + patienceMs;

  const claims: ClaimPlan[] = [];
  const probes: ClaimPlan[] = [];
  // Tasks that waited too long are ended, whether anything may be sent or not.
  const isExpired = expiresAt !== null && expiresAt <= now;
  if (isExpired) claims.push({ checks: 0, submits: free, expiredBefore: now - patienceMs });
  const claim = {
    checks: checkAt !== null && checkAt <= now ? checks : 0,
    submits: submitAt !== null && submitAt <= now ? submits : 0,
  };
  if (claim.checks + claim.submits > 0) {
    if (breaker.kind === 'probing') probes.push(...probesOf(breaker, claim));
    else claims.push(claim);
  }
  const times = [checkAt, submitAt, expiresAt].filter((at) => at !== null);
  const idleMs = times.length === 0 ? longestPauseMs : Math.max(0, Math.min(...times) - now);
  return { claims, probes, idleMs: Math.min(idleMs, longestPauseMs) };
}

/** The part of a claim that fits into the slots that the claims before it left; null where nothing fits. */
export function fitTo(plan: ClaimPlan, left: TurnFacts['slots']): ClaimPlan | null {
  const checks = Math.min(plan.checks, Math.max(0, left.check));
  const submits = Math.min(plan.submits, Math.max(0, left.submit));
  return checks + submits > 0 ? { ...plan, checks, submits } : null;
}

/**
 * The pause after an iteration, in milliseconds: never less than the floor, so that I/O is served whatever the queries
 * return.
 *
 * @param taken the number of tasks that the iteration took
 * @param fruitless the number of iterations in a row before it that took nothing although something was due
 */
export function pauseAfter(turn: Turn, taken: number, fruitless: number): number {
  if (taken > 0) return shortestPauseMs;
  if (turn.idleMs > 0) return Math.max(shortestPauseMs, turn.idleMs);
  return Math.min(longestRetryMs, shortestPauseMs * 2 ** Math.min(fruitless, 10));
}

/** A single request, about another task than those that failed where there is one. */
function probesOf(
  { except, first }: Extract<BreakerState, { kind: 'probing' }>,
  claim: { readonly checks: number; readonly submits: number },
): ClaimPlan[] {
  const check = claim.checks > 0 ? [{ checks: 1, submits: 0 }] : [];
  const submit = claim.submits > 0 ? [{ checks: 0, submits: 1 }] : [];
  const other = check.map((plan) => ({ ...plan, except }));
  return first === 'check' ? [...other, ...check, ...submit] : [...other, ...submit, ...check];
}
