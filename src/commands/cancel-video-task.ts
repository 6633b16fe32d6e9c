import { message, worded, type Wording } from '../domain/messages.ts';
import { isTerminal, type Owner, type TaskId, type VideoTask } from '../domain/video-task.ts';
import { labelOf, type Commands } from './command-context.ts';
import { failure, success, unknownTask, type TaskResult } from './task-result.ts';

/** In base intervals: Kie's slowest videos take 5 minutes, and its interval is 10 seconds. */
const costLookFactor = 30;

const stopRequested = (label: string): Wording =>
  worded(
    'STOP_REQUESTED',
    { provider: label },
    `${label} is asked to stop it. What was made until then may be billed.`,
  );

const cannotBeStopped = (label: string): Wording =>
  worded(
    'CANNOT_BE_STOPPED',
    { provider: label },
    `${label} cannot be stopped: the video may still be generated there, and it will be billed. ` +
      'It is no longer watched here.',
  );

/**
 * Gives a task up. Before it is sent, nothing is sent. After that the worker asks the provider to stop it, where it can;
 * otherwise it is no longer watched, and the hint says that it will be billed.
 */
export async function cancelVideoTask(commands: Commands, owner: Owner, id: TaskId): Promise<TaskResult> {
  const task = await commands.store.getOwn(owner, id);
  if (task === null) return unknownTask;
  const label = labelOf(task);
  const provider = commands.providers.find(({ name }) => name === task.provider.name);
  const interval = provider?.pollIntervalMs ?? 0;
  const canBeStopped = ({ provider: { taskId } }: VideoTask) =>
    taskId !== null && provider?.canCancel?.(taskId) === true;
  // The worker may have been first: the hint follows from the row that is changed.
  const canceled = await commands.recorder.recordOwn(
    owner,
    id,
    (row) => ({
      kind: 'canceled',
      hint:
        row.stage === 'WAITING' ? null : canBeStopped(row) ? stopRequested(label) : cannotBeStopped(label),
    }),
    // To stop it at once; otherwise for its cost, when the provider must have finished it.
    {
      schedule: (row) => ({
        dueAt: commands.now() + (canBeStopped(row) ? 0 : costLookFactor * interval),
      }),
    },
  );
  if (canceled !== null) {
    if (canBeStopped(canceled)) commands.wakeWorker(canceled.provider.name);
    return success(canceled);
  }
  const now = await commands.store.getOwn(owner, id);
  if (now === null) return unknownTask;
  return failure(
    'NOT_CANCELABLE',
    isTerminal(now.stage) ? message('TASK_ENDED', { stage: now.stage }) : message('TASK_MOVED', {}),
    isTerminal(now.stage)
      ? `The task has ended already: it is ${now.stage}. There is nothing to cancel.`
      : 'The task moved on at this moment. Try again.',
    ['id'],
  );
}
