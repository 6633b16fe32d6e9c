import type { Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';
import { fromRow } from '../tables/tasks.ts';
import type { Owner, ProviderName, VideoTask } from '../../domain/video-task.ts';

/** The task that has a provider's id; a deleted one has it no longer. */
export async function readByProviderTask(
  db: Kysely<Database>,
  provider: ProviderName,
  providerTaskId: string,
): Promise<VideoTask | null> {
  const row = await db
    .selectFrom('tasks')
    .selectAll()
    .where('provider', '=', provider)
    .where('provider_task_id', '=', providerTaskId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The task that an owner follows by a provider's id, also in name only. */
export async function readTracked(
  db: Kysely<Database>,
  owner: Owner,
  provider: ProviderName,
  trackedId: string,
): Promise<VideoTask | null> {
  const row = await db
    .selectFrom('tasks')
    .selectAll()
    .where('provider', '=', provider)
    .where('owner', '=', owner)
    .where('tracked_id', '=', trackedId)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The task that a callback names. */
export async function readByCallbackToken(db: Kysely<Database>, token: string): Promise<VideoTask | null> {
  const row = await db.selectFrom('tasks').selectAll().where('callback_token', '=', token).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}
