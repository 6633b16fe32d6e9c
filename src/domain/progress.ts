import { isTerminal, type VisibleTask } from './video-task.ts';

/** The progress of a task, for people who wait. Seconds since its creation. */
export interface Progress {
  /** 0 to 100; never falls, and is 100 only when the video is there. */
  readonly percent: number;
  /** True while it follows from time alone, false when the provider reported it. */
  readonly estimated: boolean;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number | null;
}

/** An estimate comes near this and waits there for the truth. */
const estimateCeiling = 95;

/** Rounded to milliseconds, without the error of a difference of fractions. */
const wholeMs = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/**
 * Progress as of `now`.
 *
 * @param typicalSeconds from submit to success; the estimate is at 63 % of its ceiling after this × 0.6
 */
export function progressOf(task: VisibleTask, now: number, typicalSeconds: number): Progress {
  // A clock that was set back may be before the last check.
  const present = Math.max(now, task.work.lastCheckedAt ?? 0);
  const end = isTerminal(task.stage) ? (task.result.completedAt ?? present) : present;
  const elapsedSeconds = Math.max(0, end - task.createdAt) / 1000;
  if (task.stage === 'COMPLETED')
    return { percent: 100, estimated: false, elapsedSeconds, remainingSeconds: 0 };
  // Until the provider has the task there is nothing to estimate, and a task that went back to wait would fall.
  const running =
    (task.provider.taskId ?? task.provider.trackedId) === null || task.provider.submittedAt === null
      ? 0
      : Math.max(0, end - task.provider.submittedAt) / 1000;
  const estimate = Math.floor(
    estimateCeiling * (1 - Math.exp(-running / (0.6 * Math.max(0.001, typicalSeconds)))),
  );
  const percent = Math.max(task.provider.percent ?? 0, estimate);
  return {
    percent,
    estimated: percent > (task.provider.percent ?? -1),
    elapsedSeconds,
    remainingSeconds:
      task.stage === 'GENERATING' && running < typicalSeconds ? wholeMs(typicalSeconds - running) : null,
  };
}
