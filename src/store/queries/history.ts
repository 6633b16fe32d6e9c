import { CompiledQuery, type Transaction } from 'kysely';
import { prepared } from './prepared.ts';
import type { Statement } from '../statement.ts';
import type { Database } from '../tables/database.ts';
import type { Transition } from '../../domain/video-task.ts';

/** Built once: building it for each change would cost a tenth of the change. */
const takeNext: Statement = {
  ...CompiledQuery.raw('update revision_counter set value = value + 1 returning value'),
  locks: { kind: 'revision', key: '' },
};

/** Takes the next revision. In commit order: the counter's row stays locked until the transaction commits. */
export async function nextRevision(trx: Transaction<Database>): Promise<number> {
  const [row] = (await trx.executeQuery<{ readonly value: number }>(takeNext)).rows;
  if (row === undefined) throw new Error('The database has lost its counter of revisions');
  return row.value;
}

/** Appends one step to a task's history. */
export async function addTransition(trx: Transaction<Database>, transition: Transition): Promise<void> {
  const { reasonMessages: messages } = transition;
  const content = messages === null ? null : JSON.stringify(messages);
  await trx.executeQuery(append(trx, { ...transition, content }));
}

type Step = Omit<Transition, 'reasonMessages'> & { readonly content: string | null };

const append = prepared<Step>(
  (db, { taskId, stage, at, reason, content }) =>
    db
      .insertInto('transitions')
      .values((expression) => ({
        task_id: taskId,
        seq: expression
          .selectFrom('transitions')
          .select((inner) => inner(inner.fn.coalesce(inner.fn.max('seq'), inner.lit(0)), '+', 1).as('seq'))
          .where('task_id', '=', taskId),
        stage,
        at,
        reason,
        reason_messages: content,
      }))
      .compile(),
  { isBlind: true },
);
