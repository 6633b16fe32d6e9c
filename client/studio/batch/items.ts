import type { BatchItem } from './batch-storage.ts';
import type { PlannedRow } from './plan.ts';

/**
 * The videos of approved rows, bound by one group, each under a key that follows from the batch, its row and its variant.
 *
 * @param key of the batch, at most 50 characters
 */
export const itemsOf = (rows: readonly PlannedRow[], key: string): readonly BatchItem[] =>
  rows.flatMap(({ row, input, count }) =>
    Array.from({ length: count }, (_, index) => ({
      line: row.line,
      input: {
        ...input,
        // One seed would make the same video again.
        ...(typeof input.seed === 'number' && { seed: (input.seed + index) % 2 ** 31 }),
        group: `t-${key}`,
        idempotencyKey: `${key}-${row.line}-${index + 1}`,
      },
    })),
  );
