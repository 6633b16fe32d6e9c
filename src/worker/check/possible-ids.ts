import { leaseReturned, type RecordOptions } from '../../commands/recorder.ts';
import { followedBy, type Wording } from '../../domain/messages.ts';
import { loggedTask } from '../../domain/task-names/logged-task.ts';
import { hintOf, type TaskId, type VideoTask } from '../../domain/video-task.ts';
import { idNamed } from '../user-messages/hints.ts';
import type { WorkContext } from '../work-context.ts';

/** The address of a callback lets its holder name ids without end; the log has them all. In characters of a hint. */
const longestHint = 2000;

/**
 * Keeps an unproven id of an attempt in doubt: in the log, in the task's history and in its hint, so that a person can
 * look it up and resolve the submission with it.
 */
export async function keepPossibleId(
  { recorder, provider, log }: Pick<WorkContext, 'recorder' | 'provider' | 'log'>,
  id: TaskId,
  providerTaskId: string,
  options: RecordOptions,
): Promise<void> {
  const { schedule } = options;
  const scheduled = (row: VideoTask) =>
    !isInDoubt(row) ? leaseReturned : typeof schedule === 'function' ? schedule(row) : (schedule ?? {});
  const named = await recorder.record(
    id,
    (row) => {
      const hint = hintWith(row, provider.label, providerTaskId);
      return isInDoubt(row) && hint !== null ? { kind: 'idNamed', providerTaskId, hint } : null;
    },
    { ...options, schedule: scheduled },
  );
  if (named !== null)
    log.warn({ ...loggedTask(named), providerTaskId }, 'an id was named for a task, and nothing proves it');
  else if (options.whileLeasedBy !== undefined) {
    await recorder.reschedule(id, options.whileLeasedBy, scheduled);
  }
}

/** True if a task still lacks the id of its attempt. */
export const isInDoubt = (task: VideoTask): boolean =>
  task.provider.taskId === null && task.provider.trackedId === null;

/** The hint with one more id; null when it names it already, or is long enough. */
function hintWith(task: VideoTask, label: string, id: string): Wording | null {
  if ((task.hint ?? '').split(/[\s,]+/).includes(id)) return null;
  const after = followedBy(hintOf(task), idNamed(label, id, task.stage === 'CANCELED'));
  return after.text.length > longestHint ? null : after;
}
