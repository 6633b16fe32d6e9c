import { quietly } from '../domain/state-machine/change.ts';
import type { Store } from '../store/store.ts';
import type { TaskId, VideoTask } from '../domain/video-task.ts';
import { isProviderTaskId } from './track-video-task.ts';

/** The minimum time between checks for the same reason, however many calls there are. */
export const wakeIntervalMs = 2000;

/**
 * Makes a task due because a callback reports something new at the provider: now, or two seconds after the last check
 * began. Nothing else in the callback is trusted.
 *
 * @param suggestedProviderTaskId an id for a submission of unknown outcome, to be checked before it is adopted
 */
export function wakeTask(
  store: Store,
  id: TaskId,
  suggestedProviderTaskId: string | null,
  now: number,
): Promise<VideoTask | null> {
  return store.change(id, (task) => {
    const suggested =
      suggestedProviderTaskId !== null && isProviderTaskId(suggestedProviderTaskId)
        ? { suggestedProviderTaskId }
        : null;
    if (task.stage === 'SUBMITTING') {
      // The callback came before the response to the paid request: recording its outcome acts on it.
      return quietly({ wokenAt: now, ...suggested });
    }
    const isUnknown = task.provider.taskId === null && task.provider.trackedId === null;
    // Canceled while its attempt was in doubt: by its id it is known what that cost.
    const owesId = isUnknown && task.stage === 'CANCELED' && task.provider.submittedAt !== null;
    if (task.work.nextAction !== 'check' && !owesId) return null;
    if (isUnknown && suggested === null) return null;
    const dueAt = Math.max(now, (task.work.lastCheckedAt ?? 0) + wakeIntervalMs);
    return quietly({
      wokenAt: now,
      dueAt: Math.min(task.work.dueAt ?? dueAt, dueAt),
      nextAction: 'check',
      ...(isUnknown && suggested),
    });
  });
}
