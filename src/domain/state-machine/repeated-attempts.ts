import type { Wording } from '../messages.ts';
import type { Stage, VideoTask } from '../video-task.ts';
import type { Change } from './change.ts';
import { transitionOf } from './history-reason.ts';
import type { TaskEvent } from './task-event.ts';

/**
 * True if the provider did not take the task at its last attempt. The hint that says so stays during the next one, so that
 * the outcome of that one shows what the history lacks, also after a kill.
 */
export const wasPostponed = ({ hintMessages }: Pick<VideoTask, 'hintMessages'>): boolean =>
  hintMessages?.[0]?.code === 'POSTPONED';

/**
 * The rows of the history for a step. Attempts that are postponed over and over for the same reason, as while the provider
 * cannot be reached, are one entry: the beginning of the next attempt is noted only with an outcome that says more.
 */
export function stepsOf(
  task: VideoTask,
  event: TaskEvent,
  { stage, at, reason }: { readonly stage: Stage; readonly at: number; readonly reason: Wording | null },
): Pick<Change, 'transition' | 'stepBefore'> {
  const transition = transitionOf(task.id, stage, at, reason);
  if (!wasPostponed(task)) return { transition };
  if (event.kind === 'attemptStarted') return { transition: null };
  if (task.stage !== 'SUBMITTING') return { transition };
  if (event.kind === 'postponed' && stage === 'WAITING' && hasSameReason(task, event.hint))
    return { transition: null };
  const startedAt = task.provider.submittedAt ?? at;
  return { transition, stepBefore: transitionOf(task.id, task.stage, startedAt, null) };
}

const hasSameReason = ({ hintMessages }: VideoTask, hint: Wording): boolean =>
  hintMessages?.[0]?.params['reason'] === hint.messages[0]?.params['reason'];
