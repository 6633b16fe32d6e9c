import { loggedTask } from '../domain/task-names/logged-task.ts';
import { checkTask } from './check/check.ts';
import type { ClaimedTask } from './leases.ts';
import { keepOrphanedTask } from './missing-provider.ts';
import { releaseTask } from './release-task.ts';
import { submitTask } from './submit/submit.ts';
import type { WorkContext } from './work-context.ts';

/** Signals that end work early. */
export interface WorkSignals {
  /** The stop: checks end at once, and no paid attempt begins. */
  readonly stopping: AbortSignal;
  /** The end of the drain time: paid attempts end too. */
  readonly drained: AbortSignal;
}

/** The work on one claimed task: submits or checks it, then releases it. Never rejects: faults are logged. */
export async function workOnTask(
  context: WorkContext,
  { task, lease }: ClaimedTask,
  { stopping, drained }: WorkSignals,
): Promise<void> {
  const { log, provider } = context;
  let hasFailed = false;
  try {
    if (provider.isMissing) await keepOrphanedTask(context, task, lease);
    else if (task.work.nextAction !== 'submit') await checkTask(context, task, lease, stopping);
    else if (!stopping.aborted) await submitTask(context, task, lease, drained);
  } catch (error) {
    hasFailed = true;
    if (!stopping.aborted)
      log.error({ err: error, ...loggedTask(task) }, 'work on a task failed on our side; trying again');
  }
  try {
    await releaseTask(
      context,
      task,
      lease.owner,
      stopping.aborted ? 'stopped' : hasFailed ? 'failed' : 'ended',
    );
  } catch (error) {
    // The lease runs out by itself.
    log.error({ err: error, ...loggedTask(task) }, 'a lease could not be returned');
  }
}
