import type { Kysely, Transaction } from 'kysely';
import { prepared } from './prepared.ts';
import type { Database } from '../tables/database.ts';
import type { Owner } from '../../domain/video-task.ts';

/** Ends the transaction of an insert for which its owner has too many open tasks. */
export class TooManyOpenError extends Error {
  override readonly name = 'TooManyOpenError';
}

/**
 * Counts one more open task of an owner. Kept as a number of its own: to count them at each insert would cost
 * more the more there are.
 *
 * @param limit null: no limit
 * @throws TooManyOpenError when the owner has as many already
 */
export async function addOpenTask(
  trx: Transaction<Database>,
  owner: Owner,
  limit: number | null,
): Promise<void> {
  const { rows } = await trx.executeQuery(addOne(trx, { owner, limit: limit ?? Number.MAX_SAFE_INTEGER }));
  if (rows.length === 0) throw new TooManyOpenError('The owner has too many open tasks');
}

const lockOf = ({ owner }: { readonly owner: string }) => ({ kind: 'openTasks', key: owner }) as const;

const addOne = prepared<{ owner: string; limit: number }>(
  (db, { owner, limit }) =>
    db
      .insertInto('open_tasks')
      .values({ owner, count: 1 })
      .onConflict((conflict) =>
        conflict
          .column('owner')
          .doUpdateSet((expression) => ({ count: expression('open_tasks.count', '+', 1) }))
          .where('open_tasks.count', '<', limit),
      )
      .returning('count')
      .compile(),
  { locks: lockOf },
);

/** One open task of an owner has ended. */
export async function removeOpenTask(trx: Transaction<Database>, owner: Owner): Promise<void> {
  await trx.executeQuery(removeOne(trx, { owner }));
}

const removeOne = prepared<{ owner: string }>(
  (db, { owner }) =>
    db
      .updateTable('open_tasks')
      .set((expression) => ({ count: expression('count', '-', 1) }))
      .where('owner', '=', owner)
      .compile(),
  { locks: lockOf, isBlind: true },
);

/** The number of tasks of an owner that have not ended. */
export async function countOpenTasks(db: Kysely<Database>, owner: Owner): Promise<number> {
  const row = await db.selectFrom('open_tasks').select('count').where('owner', '=', owner).executeTakeFirst();
  return row?.count ?? 0;
}
