import type { Task } from '../api/task.ts';

/** A task with the moment at which its progress was true. */
export interface SeenTask {
  readonly task: Task;
  /** On the clock of `performance.now()`: the computer's own date may be wrong. */
  readonly seenAt: number;
  /** What was on the screen before: a bar never falls. */
  readonly leastPercent: number;
}

/** What a bar shows at a moment. */
export interface ShownProgress {
  readonly percent: number;
  /** Whether the percent follows from time alone. */
  readonly estimated: boolean;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number | null;
}

/** The server's estimate comes near this and waits there; so does ours. */
const estimateCeiling = 95;
/** How the server's estimate bends: 63 % of the ceiling after this part of the typical time. */
const bend = 0.6;

/** Whether the task has ended. */
export const isTerminal = ({ status }: Task): boolean =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELED';

/**
 * Goes on between two events without asking anybody: the same curve as the server's, from the last known point.
 *
 * @param typicalSeconds how long such videos take; null leaves the percent where it is
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
