/** The base interval grows by this factor with each answer in a row that was not understood. */
const growth = 1.5;
/** It grows to at most this many base intervals. */
const largestGrowth = 30;
/** A random share is added, so that tasks that started together do not stay in step. */
const jitterShare = 0.1;
/** After a fault of our own, in base intervals: the operator may fix it at any time, and a try costs a check. */
const ownFaultFactor = 3;

/**
 * A pause with the random share added, in milliseconds.
 *
 * @param random a number from 0 to 1
 */
export const jittered = (pauseMs: number, random: number): number =>
  Math.round(pauseMs * (1 + jitterShare * random));

/**
 * The pause before a task is checked again, in milliseconds. Never sooner than the base interval.
 *
 * @param unknownChecks answers in a row that were not understood
 */
export const nextCheckDelay = (intervalMs: number, unknownChecks: number, random: number): number =>
  jittered(intervalMs * Math.min(largestGrowth, growth ** unknownChecks), random);

/** The pause before a check is repeated that failed by a fault of our own, in milliseconds. */
export const nextOwnFaultDelay = (intervalMs: number, random: number): number =>
  jittered(intervalMs * ownFaultFactor, random);

/** The pause before a task is checked again that ended here, but may still succeed at the provider, in milliseconds. */
export const nextLateCheckDelay = (intervalMs: number, random: number): number =>
  jittered(intervalMs * largestGrowth, random);
