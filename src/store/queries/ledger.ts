import { sql, type Kysely, type Transaction } from 'kysely';
import { prepared } from './prepared.ts';
import type { Database } from '../tables/database.ts';
import type { NewVideoTask } from '../new-task.ts';
import type { Spending } from '../store.ts';
import type { Cost, Owner, TaskId, VideoTask } from '../../domain/video-task.ts';

/** The month's limit does not hold the estimate. Ends the transaction: nothing of it is kept. */
export class OverBudgetError extends Error {
  override readonly name = 'OverBudgetError';
  readonly spentUsd: number;

  constructor(spentUsd: number) {
    super('The estimate does not fit into the month');
    this.spentUsd = spentUsd;
  }
}

/** The UTC month of a time, such as 2026-11. */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** A million dollars: sums of thousands of such stay exact, and no single number makes a month's sum permanently wrong. */
const mostMicros = 1e12;
const microsOf = (usd: number): number => Math.min(mostMicros, exactMicrosOf(usd));
const exactMicrosOf = (usd: number): number => Math.round(usd * 1_000_000);
const usdOf = (micros: number): number => micros / 1_000_000;

/** True if a month's limit does not hold one more estimate; what costs nothing always fits. */
export const isOverBudget = (spentUsd: number, estimateUsd: number, limitUsd: number): boolean =>
  microsOf(estimateUsd) > 0 && exactMicrosOf(spentUsd) + microsOf(estimateUsd) > exactMicrosOf(limitUsd);

/**
 * Books the estimate of a task that will be submitted, in the month of its creation.
 *
 * @param limitUsd what the owner may spend in that month; null: no limit
 * @throws OverBudgetError
 */
export async function bookEstimate(
  trx: Transaction<Database>,
  task: NewVideoTask,
  limitUsd: number | null,
): Promise<void> {
  const micros = microsOf(task.cost?.amount ?? 0);
  const month = monthOf(task.createdAt);
  if (micros > 0 || limitUsd !== null) {
    const sum = await addSpending(trx, task.owner, month, micros);
    const spentUsd = usdOf(sum - micros);
    if (limitUsd !== null && isOverBudget(spentUsd, usdOf(micros), limitUsd)) {
      throw new OverBudgetError(spentUsd);
    }
  }
  await trx.executeQuery(insertEntry(trx, { ...entryOf(task, task.cost), task_id: task.id }));
}

type Entry = ReturnType<typeof entryOf> & { readonly task_id: string };

const insertEntry = prepared<Entry>(
  (db, entry) =>
    db
      .insertInto('ledger')
      .values({
        task_id: entry.task_id,
        owner: entry.owner,
        provider: entry.provider,
        model: entry.model,
        month: entry.month,
        label: entry.label,
        at: entry.at,
        micros: entry.micros,
        credits: entry.credits,
        settled: entry.settled,
      })
      .compile(),
  { isBlind: true },
);

/** The entry of a task with a cost, in the month in which the task was created. */
const entryOf = (task: NewVideoTask, cost: Cost | null) => ({
  owner: task.owner,
  provider: task.provider.name,
  model: task.spec.model,
  month: monthOf(task.createdAt),
  label: task.spec.label,
  at: task.createdAt,
  ...bookedCost(cost),
});

/** The columns of a cost. */
const bookedCost = (cost: Cost | null) => ({
  micros: microsOf(cost?.amount ?? 0),
  credits: cost?.credits ?? null,
  settled: cost?.settled === true ? 1 : 0,
});

/** Corrects what was booked for a task, and the month's sum with it. A task that was never booked stays out. */
export async function correctBooking(
  trx: Transaction<Database>,
  taskId: TaskId,
  cost: Cost | null,
): Promise<void> {
  const [booked] = (await trx.executeQuery(readEntry(trx, { taskId }))).rows;
  if (booked === undefined) return;
  const micros = microsOf(cost?.amount ?? 0);
  if (micros !== booked.micros) {
    await addSpending(trx, booked.owner, booked.month, micros - booked.micros);
  }
  await trx.executeQuery(correctEntry(trx, { ...bookedCost(cost), taskId }));
}

const readEntry = prepared((db, { taskId }: { readonly taskId: string }) =>
  db.selectFrom('ledger').select(['owner', 'month', 'micros']).where('task_id', '=', taskId).compile(),
);

const correctEntry = prepared(
  (db, { taskId, micros, credits, settled }: ReturnType<typeof bookedCost> & { readonly taskId: string }) =>
    db.updateTable('ledger').set({ micros, credits, settled }).where('task_id', '=', taskId).compile(),
  { isBlind: true },
);

/**
 * Books a second bill of one task in addition to its own: an estimate that stays one. One that is booked already stays
 * as it is.
 */
export async function bookSecondBill(
  trx: Transaction<Database>,
  task: VideoTask,
  { providerTaskId, cost }: { readonly providerTaskId: string; readonly cost: Cost | null },
): Promise<void> {
  const micros = microsOf(cost?.amount ?? 0);
  const month = monthOf(task.createdAt);
  const booked = await trx
    .insertInto('ledger')
    // Neither our ids nor those of a provider have spaces.
    .values({ ...entryOf(task, cost), task_id: `${task.id} ${providerTaskId}`, settled: 0 })
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .returning('task_id')
    .executeTakeFirst();
  if (booked !== undefined) await addSpending(trx, task.owner, month, micros);
}

/** The cost of an owner's tasks of a month so far, estimates included. */
export async function readSpending(db: Kysely<Database>, owner: Owner, month: string): Promise<Spending> {
  const sum = await db
    .selectFrom('spending')
    .select('micros')
    .where('owner', '=', owner)
    .where('month', '=', month)
    .executeTakeFirst();
  const unsettled = await db
    .selectFrom('ledger')
    .select('task_id')
    .where('owner', '=', owner)
    .where('month', '=', month)
    .where('settled', '=', sql.lit(0))
    .limit(1)
    .executeTakeFirst();
  return { usd: usdOf(sum?.micros ?? 0), settled: unsettled === undefined };
}

async function addSpending(
  trx: Transaction<Database>,
  owner: string,
  month: string,
  micros: number,
): Promise<number> {
  const [row] = (await trx.executeQuery(addMicros(trx, { owner, month, micros }))).rows;
  if (row === undefined) throw new Error('A sum that was written cannot be read');
  return row.micros;
}

const addMicros = prepared(
  (
    db,
    { owner, month, micros }: { readonly owner: string; readonly month: string; readonly micros: number },
  ) =>
    db
      .insertInto('spending')
      .values({ owner, month, micros })
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'month'])
          .doUpdateSet((expression) => ({ micros: expression('spending.micros', '+', micros) })),
      )
      .returning('micros')
      .compile(),
  { locks: ({ owner, month }) => ({ kind: 'spending', key: `${owner} ${month}` }) },
);
