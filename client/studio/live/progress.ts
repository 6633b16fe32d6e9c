import type { Task } from '../api/task.ts';

/** A task with the time of its progress. */
export interface SeenTask {
  readonly task: Task;
  /** Time of `performance.now()`: the clock of the device may be wrong. */
  readonly seenAt: number;
  /** The percentage shown before: a bar never falls. */
  readonly leastPercent: number;
}

/** Progress shown at one moment. */
export interface ShownProgress {
  readonly percent: number;
  /** True if the percentage is derived from time alone. */
  readonly estimated: boolean;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number | null;
  /** True if it takes much longer than such videos usually do. */
  readonly isOverdue: boolean;
}

/** Upper limit of estimates, the same as on the server. */
const estimateCeiling = 95;
/** Shape of the estimate, as on the server: 63 % of the ceiling after this part of the typical time. */
const bend = 0.6;
/** Overdue after this many typical times, which most videos stay below, and never within the first half minute. */
const overdueTimes = 1.5;
const leastOverdueSeconds = 30;

/** True if the task has ended. */
export const isTerminal = ({ status }: Task): boolean =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELED';

/**
 * Continues the progress between two events, on the same curve as the server, from the last known point.
 *
 * @param typicalSeconds typical time of such videos; null keeps the percentage as it is
 */
export function progressAt(
  { task, seenAt, leastPercent }: SeenTask,
  now: number,
  typicalSeconds: number | null,
): ShownProgress {
  const { percent, estimated, elapsedSeconds, remainingSeconds } = task.progress;
  if (isTerminal(task)) return { percent, estimated, elapsedSeconds, remainingSeconds, isOverdue: false };
  const since = Math.max(0, now - seenAt) / 1000;
  const runs = task.stage === 'GENERATING' && typicalSeconds !== null && percent < estimateCeiling;
  const moved = runs
    ? estimateCeiling - (estimateCeiling - percent) * Math.exp(-since / (bend * typicalSeconds))
    : percent;
  const shown = Math.max(leastPercent, Math.floor(moved));
  const elapsed = elapsedSeconds + since;
  return {
    percent: shown,
    estimated: estimated || shown > percent,
    elapsedSeconds: elapsed,
    remainingSeconds:
      remainingSeconds === null || remainingSeconds <= since ? null : remainingSeconds - since,
    isOverdue:
      task.stage === 'GENERATING' &&
      typicalSeconds !== null &&
      elapsed - secondsBeforeSubmit(task) > Math.max(leastOverdueSeconds, overdueTimes * typicalSeconds),
  };
}

const secondsBeforeSubmit = ({ createdAt, submittedAt }: Task): number =>
  submittedAt === null ? 0 : (Date.parse(submittedAt) - Date.parse(createdAt)) / 1000;
