import { jittered } from './check-interval.ts';

/**
 * The longest pause that a provider may ask for, in milliseconds. Rate windows and maintenance are shorter, and one odd
 * header must not stop the work for years.
 */
const longestAskedPauseMs = 900_000;

/**
 * When to ask a provider again that could not be reached, was busy or answered HTTP 429, in milliseconds from now: as
 * long as it asks for, within reason, but at least a base interval.
 *
 * @param retryAfterMs the pause that the provider asked for; null when it named none
 * @param random a number from 0 to 1
 */
export const retryDelay = (intervalMs: number, retryAfterMs: number | null, random: number): number =>
  jittered(Math.max(intervalMs, Math.min(longestAskedPauseMs, retryAfterMs ?? 0)), random);
