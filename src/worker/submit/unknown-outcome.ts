import { isProviderTaskId } from '../../commands/track-video-task.ts';
import type { Schedule } from '../../commands/recorder.ts';
import { leaseReturned } from '../../commands/recorder.ts';
import type { TaskEvent } from '../../domain/state-machine/state-machine.ts';
import { worded } from '../../domain/messages.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { submissionUnknown } from '../user-messages/hints.ts';
import type { WorkContext } from '../work-context.ts';

/** The event for an attempt without a clear outcome. `reason` goes into the history, the ids into the hint too. */
export function unknownOutcome(label: string, reason: string, possibleIds: readonly string[]): TaskEvent {
  const ids = possibleIds.map((id) => (isProviderTaskId(id) ? id : JSON.stringify(id))).join(', ');
  const unclear =
    ids === ''
      ? worded('ATTEMPT_UNCLEAR', { reason, ids: null }, reason)
      : worded('ATTEMPT_UNCLEAR', { reason, ids }, `${reason}: ${ids}`);
  return { kind: 'outcomeUnknown', reason: unclear, hint: submissionUnknown(label, ids) };
}

/** The event for an attempt whose process ended before it recorded the outcome. */
export const interrupted = (label: string): TaskEvent => ({
  kind: 'outcomeUnknown',
  reason: worded('ATTEMPT_INTERRUPTED', {}, 'The server ended between the attempt and its outcome.'),
  hint: submissionUnknown(label, ''),
});

/** The schedule after an unknown outcome: due when patience ends, or at once where an id was named. */
export const scheduleOfUnknown = (
  { now, patienceMs }: Pick<WorkContext, 'now' | 'patienceMs'>,
  row: VideoTask,
): Schedule => ({
  ...leaseReturned,
  dueAt: row.work.suggestedProviderTaskId === null ? row.createdAt + patienceMs : now(),
});
