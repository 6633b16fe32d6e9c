import type { CompiledQuery } from 'kysely';

/**
 * Rows for which transactions wait, in the order in which each transaction locks them: so none waits for another that
 * waits for it. Rows of one kind are locked in the order of their keys.
 */
const lockOrder = ['idempotencyKey', 'task', 'openTasks', 'spending', 'mediaUse', 'revision'] as const;

/** A row that a statement locks, and that transactions of other writes lock too. */
export interface RowLock {
  readonly kind: (typeof lockOrder)[number];
  readonly key: string;
}

/** Properties of a query that matter where several writes share a transaction. */
export interface StatementTraits {
  /** Without it, the statement waits for no other transaction. */
  readonly locks?: RowLock | undefined;
  /** True if the write does not look at the result: the statement may be sent later, together with the next one. */
  readonly isBlind?: boolean | undefined;
  /** True if its write sends nothing after it and cannot fail any more: it may be committed at once. */
  readonly isLast?: boolean | undefined;
}

/** A query of a write. */
export type Statement<Row = unknown> = CompiledQuery<Row> & StatementTraits;

/** The rank of a lock in the order of locks. */
export const rankOf = ({ kind }: RowLock): number => lockOrder.indexOf(kind);
