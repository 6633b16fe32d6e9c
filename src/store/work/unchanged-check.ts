import { withinCalendar } from '../../domain/calendar.ts';
import { prepared } from '../queries/prepared.ts';
import type { UnchangedCheck } from '../store.ts';
import type { Transact } from '../transactions.ts';

/**
 * Writes a check that found nothing new: one statement, which reads nothing and takes no revision. False where the task is
 * no longer as the check saw it.
 */
export async function writeUnchangedCheck(transact: Transact, check: UnchangedCheck): Promise<boolean> {
  const values = { ...check, dueAt: withinCalendar(check.dueAt) };
  const { numAffectedRows } = await transact((trx) => trx.executeQuery(write(trx, values)), [check.id]);
  return numAffectedRows === 1n;
}

const write = prepared<UnchangedCheck>(
  (db, { id, leaseOwner, revision, askedAt, checks, dueAt }) =>
    db
      .updateTable('tasks')
      .set({
        due_at: dueAt,
        last_checked_at: askedAt,
        checks,
        unknown_checks: 0,
        lease_owner: null,
        lease_until: null,
      })
      .where('id', '=', id)
      .where('lease_owner', '=', leaseOwner)
      .where('revision', '=', revision)
      .where((expression) =>
        expression.or([expression('woken_at', 'is', null), expression('woken_at', '<', askedAt)]),
      )
      .compile(),
  { locks: ({ id }) => ({ kind: 'task', key: id }), isLast: true },
);
