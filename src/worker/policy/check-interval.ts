import type { VideoProvider } from '../../providers/provider.ts';
import type { CreateLimit } from '../../store/store.ts';

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

/** A fault of our own is fixed by the operator at any time, and a try costs a check: this many base intervals. */
const ownFaultFactor = 3;

/** When to try again what failed by a fault of our own, in milliseconds from now. */
export const nextOwnFaultDelay = (intervalMs: number, random: number): number =>
  Math.round(intervalMs * ownFaultFactor * (1 + jitterShare * random));

/** When to look again at a task that ended here, but may still succeed there, in milliseconds from now. */
export const nextLateCheckDelay = (intervalMs: number, random: number): number =>
  Math.round(intervalMs * largestGrowth * (1 + jitterShare * random));

/**
 * Nobody is left alone for longer at his own word, in milliseconds: windows of rates and maintenance are shorter, and
 * one odd header must not stop us for years.
 */
const longestAskedPauseMs = 900_000;

/**
 * When to go to a provider again that could not be reached or said "not now", in milliseconds from now: as long
 * as it asks for within reason, but a base interval at least.
 */
export const pauseAfterRefusal = (intervalMs: number, retryAfterMs: number | null, random: number): number =>
  Math.round(
    Math.max(intervalMs, Math.min(longestAskedPauseMs, retryAfterMs ?? 0)) * (1 + jitterShare * random),
  );

/** Half a second for the way: the provider's window slides by its own clock. */
const budgetMarginMs = 500;

/** How many creates the provider's account may begin. */
export const createLimit = ({ createRate }: VideoProvider, now: number): CreateLimit => ({
  now,
  windowMs: (createRate?.windowMs ?? 0) + budgetMarginMs,
  max: createRate?.max ?? 0,
});
