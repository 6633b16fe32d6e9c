import type { Transaction } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { TaskRow } from '../tables/tasks.ts';
import { prepared } from './prepared.ts';
import { ProviderTaskTakenError } from '../errors.ts';
import type { ProviderTask, VideoTask } from '../../domain/video-task.ts';

/**
 * Makes sure that ids that are new to a task are free: a provider's id belongs to one task, and is followed by one of
 * each owner.
 *
 * @throws ProviderTaskTakenError when another task holds one of the ids; a deleted one lets go of it
 */
export async function refuseTaken(
  trx: Transaction<Database>,
  { id, provider, owner }: VideoTask,
  { taskId = null, trackedId = null }: Partial<ProviderTask> = {},
): Promise<void> {
  const isNew = (taskId && taskId !== provider.taskId) || (trackedId && trackedId !== provider.trackedId);
  if (!isNew) return;
  const ids = { id, provider: provider.name, owner, taskId, trackedId };
  const { rows: holders } = await trx.executeQuery(holdersOf(trx, ids));
  if (holders.some((holder) => holder.deleted_at === null)) {
    throw new ProviderTaskTakenError(`Another task has ${taskId ?? trackedId}`);
  }
  await letGo(
    trx,
    holders.map((holder) => holder.id),
  );
}

const holdersOf = prepared<
  {
    readonly id: string;
    readonly provider: string;
    readonly owner: string;
    readonly taskId: string | null;
    readonly trackedId: string | null;
  },
  Pick<TaskRow, 'id' | 'deleted_at'>
>((db, { id, provider, owner, taskId, trackedId }) =>
  db
    .selectFrom('tasks')
    .select(['id', 'deleted_at'])
    .where('provider', '=', provider)
    .where('id', '!=', id)
    .where((expression) =>
      expression.or([
        expression('provider_task_id', '=', taskId),
        expression.and([expression('owner', '=', owner), expression('tracked_id', '=', trackedId)]),
      ]),
    )
    .orderBy('id')
    .compile(),
);

/** Takes the provider's id from deleted tasks: what is left of them is only announced, and asks for nothing more. */
export async function letGo(trx: Transaction<Database>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable('tasks')
    .set({ provider_task_id: null, tracked_id: null, next_action: null })
    .where('id', 'in', ids)
    .execute();
}
