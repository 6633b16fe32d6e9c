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
}

/** Upper limit of estimates, the same as on the server. */
const estimateCeiling = 95;
/** Shape of the estimate, as on the server: 63 % of the ceiling after this part of the typical time. */
const bend = 0.6;

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
  if (isTerminal(task)) return { percent, estimated, elapsedSeconds, remainingSeconds };
  const since = Math.max(0, now - seenAt) / 1000;
  const runs = task.stage === 'GENERATING' && typicalSeconds !== null && percent < estimateCeiling;
  const moved = runs
    ? estimateCeiling - (estimateCeiling - percent) * Math.exp(-since / (bend * typicalSeconds))
    : percent;
  const shown = Math.max(leastPercent, Math.floor(moved));
  return {
    percent: shown,
    estimated: estimated || shown > percent,
    elapsedSeconds: elapsedSeconds + since,
    remainingSeconds:
      remainingSeconds === null || remainingSeconds <= since ? null : remainingSeconds - since,
  };
}
