/** The base interval grows by this factor with each answer in a row that was not understood. */
const growth = 1.5;
/** It grows to at most this many base intervals. */
const largestGrowth = 30;
/**
 * A random share is added, so that tasks that started together do not stay in step. A larger one makes some tasks wait for
 * long: with 20,000 tasks at 10 s, and a tenth, one in twenty was checked after more than 11 s.
 */
const jitterShare = 0.05;
/** A task is checked at least this often while the provider does not answer, so that its return is noticed. In milliseconds. */
const longestUnansweredMs = 60_000;
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

/**
 * The pause before a task is checked again whose last checks had no answer, in milliseconds: less and less often, but at
 * least once a minute. The first answer about any task ends it.
 *
 * @param unanswered checks in a row without an answer
 */
export const nextUnansweredDelay = (intervalMs: number, unanswered: number, random: number): number =>
  Math.max(
    jittered(intervalMs, random),
    Math.min(jittered(longestUnansweredMs, random), nextCheckDelay(intervalMs, unanswered, random)),
  );

/** The pause before a check is repeated that failed by a fault of our own, in milliseconds. */
export const nextOwnFaultDelay = (intervalMs: number, random: number): number =>
  jittered(intervalMs * ownFaultFactor, random);

/** The pause before a task is checked again that ended here, but may still succeed at the provider, in milliseconds. */
export const nextLateCheckDelay = (intervalMs: number, random: number): number =>
  jittered(intervalMs * largestGrowth, random);
