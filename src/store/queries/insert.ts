import type { Wording } from '../../domain/messages.ts';
import { transitionOf } from '../../domain/state-machine/history-reason.ts';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { TaskChanges } from './change.ts';
import { addTransition, nextRevision } from './history.ts';
import { bookEstimate, OverBudgetError } from './ledger.ts';
import { addOpenTask, TooManyOpenError } from './open-tasks.ts';
import { prepared } from './prepared.ts';
import { letGo } from './provider-ids.ts';
import { StoreUnavailableError, UnknownOutcomeError, UnsyncedError } from '../errors.ts';
import type { Database } from '../tables/database.ts';
import type {
  IdempotencyKey,
  InsertConditions,
  InsertResult,
  KeptKey,
  NewTrackedTask,
  NewVideoTask,
  TrackedResult,
} from '../new-task.ts';
import { fromRow, taskColumns, toRow, type TaskRow } from '../tables/tasks.ts';
import type { Transact } from '../transactions.ts';
import type { Owner, VideoTask } from '../../domain/video-task.ts';

/** Ends the transaction of an insert whose condition does not hold: nothing of it is kept. */
class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

/** Access of inserts to the database. */
export interface InsertContext {
  readonly db: Kysely<Database>;
  readonly transact: Transact;
  readonly changes: TaskChanges;
}

/** Keeps a new task: its key, the change of the task that it replaces, its estimate and its row, or nothing of all that. */
export async function insertTask(
  { db, transact, changes }: InsertContext,
  task: NewVideoTask,
  idempotency: IdempotencyKey | null,
  { limitUsd, openLimit, replaces, reason, onCommitted }: InsertConditions,
): Promise<InsertResult> {
  // One that changes a task too writes the sums of two months, each of which others lock first.
  const keys =
    replaces !== undefined
      ? undefined
      : [task.id, ...(idempotency === null ? [] : [keyName(task, idempotency)])];
  try {
    return await transact(
      async (trx): Promise<InsertResult> => {
        if (idempotency !== null) {
          const earlier = await takeKey(trx, task, idempotency);
          if (earlier !== null) return earlier;
        }
        // The steps of both tasks alternate: see `decideOwn`.
        const replaced =
          replaces === undefined
            ? null
            : await changes.decideOwn(trx, task.owner, replaces.id, replaces.decide);
        if (replaces !== undefined && replaced === null) throw new ConditionError();
        if (replaced !== null) await changes.countEnded(trx, replaced);
        await countOpen(trx, task, openLimit);
        if (replaced !== null) await changes.bookCost(trx, replaced);
        if (task.work.nextAction === 'submit') await bookEstimate(trx, task, limitUsd);
        if (replaced !== null) await changes.write(trx, replaced);
        return { kind: 'inserted', task: await writeTask(trx, task, reason ?? null) };
      },
      keys,
      onCommitted,
    );
  } catch (error) {
    if (error instanceof OverBudgetError) return { kind: 'overBudget', spentUsd: error.spentUsd };
    if (error instanceof TooManyOpenError) return { kind: 'tooManyOpen' };
    if (error instanceof ConditionError) return { kind: 'outrun' };
    return { kind: 'inserted', task: await findInserted(db, task, error) };
  }
}

/** The task whose insert failed, if it was made all the same: its id is its own. Otherwise rejects with what is known. */
async function findInserted(db: Kysely<Database>, { id }: NewVideoTask, error: unknown): Promise<VideoTask> {
  if (!(error instanceof UnknownOutcomeError) || error instanceof UnsyncedError) throw error;
  const row = await db
    .selectFrom('tasks')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
    .catch(() => {
      throw error;
    });
  if (row !== undefined) return fromRow(row);
  throw error.hasEnded ? new StoreUnavailableError('The database was lost', { cause: error }) : error;
}

/** Keeps a task that follows an id of the provider, or finds the owner's own one that does. */
export async function insertTracked(
  { db, transact }: Omit<InsertContext, 'changes'>,
  task: NewTrackedTask,
  openLimit: number | undefined,
): Promise<TrackedResult> {
  const keep = transact(async (trx): Promise<TrackedResult> => {
    const holders = await trx
      .selectFrom('tasks')
      .selectAll()
      .where('provider', '=', task.provider.name)
      .where((expression) =>
        expression.or([
          expression('provider_task_id', '=', task.provider.trackedId),
          expression.and([
            expression('owner', '=', task.owner),
            expression('tracked_id', '=', task.provider.trackedId),
          ]),
        ]),
      )
      .execute();
    const own = holders.find((row) => row.owner === task.owner && row.deleted_at === null);
    if (own !== undefined) return { kind: 'repeated', task: fromRow(own) };
    await letGo(
      trx,
      holders.filter((row) => row.deleted_at !== null).map(({ id }) => id),
    );
    const isHeld = holders.some((row) => row.deleted_at === null);
    await countOpen(trx, task, openLimit);
    return {
      kind: 'inserted',
      task: await writeTask(trx, {
        ...task,
        provider: { ...task.provider, taskId: isHeld ? null : task.provider.trackedId },
      }),
    };
  });
  try {
    return await keep;
  } catch (error) {
    if (error instanceof TooManyOpenError) return { kind: 'tooManyOpen' };
    return { kind: 'inserted', task: await findInserted(db, task, error) };
  }
}

/** The task that an owner's key made. */
export async function readKey(db: Kysely<Database>, owner: Owner, key: string): Promise<KeptKey | null> {
  const kept = await db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('owner', '=', owner)
    .where('key', '=', key)
    .executeTakeFirst();
  if (kept === undefined) return null;
  const row = await db
    .selectFrom('tasks')
    .selectAll()
    .where('id', '=', kept.task_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return { inputHash: kept.input_hash, task: row === undefined ? null : fromRow(row) };
}

async function countOpen(
  trx: Transaction<Database>,
  { owner, result }: NewVideoTask,
  openLimit: number | undefined,
): Promise<void> {
  if (result.completedAt === null) await addOpenTask(trx, owner, openLimit ?? null);
}

async function writeTask(
  trx: Transaction<Database>,
  task: NewVideoTask,
  reason: Wording | null = null,
): Promise<VideoTask> {
  await addTransition(trx, transitionOf(task.id, task.stage, task.createdAt, reason));
  const revision = await nextRevision(trx);
  const inserted: VideoTask = { ...task, number: revision, revision };
  await trx.executeQuery(insertRow(trx, toRow(inserted)));
  return inserted;
}

const insertRow = prepared<TaskRow>(
  (db, row) =>
    db
      .insertInto('tasks')
      .values(Object.fromEntries(taskColumns.map((name) => [name, row[name]])) as unknown as TaskRow)
      .compile(),
  { isBlind: true },
);

const keyName = ({ owner }: { readonly owner: string }, { key }: { readonly key: string }): string =>
  `key of ${owner} ${key}`;

/** Writes the key, or answers what the call that wrote it before made. */
async function takeKey(
  trx: Transaction<Database>,
  task: NewVideoTask,
  { key, inputHash }: IdempotencyKey,
): Promise<InsertResult | null> {
  const { rows } = await trx.executeQuery(
    insertKey(trx, { owner: task.owner, key, input_hash: inputHash, task_id: task.id }),
  );
  if (rows.length > 0) return null;
  const earlier = await readKey(trx, task.owner, key);
  if (earlier === null) throw new Error('A key that exists cannot be read');
  if (earlier.inputHash !== inputHash) return { kind: 'conflict' };
  return earlier.task === null ? { kind: 'gone' } : { kind: 'repeated', task: earlier.task };
}

const insertKey = prepared<
  Pick<Selectable<Database['idempotency_keys']>, 'owner' | 'key' | 'input_hash' | 'task_id'>
>(
  (db, row) =>
    db
      .insertInto('idempotency_keys')
      .values({ owner: row.owner, key: row.key, input_hash: row.input_hash, task_id: row.task_id })
      .onConflict((conflict) => conflict.columns(['owner', 'key']).doNothing())
      .returning('key')
      .compile(),
  { locks: (row) => ({ kind: 'idempotencyKey', key: keyName(row, row) }) },
);
