/** The base interval grows by this with each answer in a row that was not understood. */
const growth = 1.5;
/** It grows to at most this many base intervals. */
const largestGrowth = 30;
/** Random extra, so that tasks that started together do not ask together for ever. */
const jitterShare = 0.1;

/**
 * When to ask a provider again, in milliseconds from now. Never sooner than the base interval.
 *
 * @param unknownChecks answers in a row that were not understood
 * @param random a number from 0 to 1
 */
export function nextCheckDelay(intervalMs: number, unknownChecks: number, random: number): number {
  const factor = Math.min(largestGrowth, growth ** unknownChecks);
  return Math.round(intervalMs * factor * (1 + jitterShare * random));
}

/**
 * When to go to a provider again that could not be reached, in milliseconds from now: doubles from the base
 * interval to at most five minutes, and waits as long as the provider asks for.
 */
export function nextRetryDelay(
  intervalMs: number,
  failures: number,
  retryAfterMs: number | null,
  random: number,
): number {
  const backOff = Math.min(Math.max(intervalMs, 300_000), intervalMs * 2 ** Math.min(failures, 30));
  return Math.round(Math.max(backOff, retryAfterMs ?? 0) * (1 + jitterShare * random));
}
