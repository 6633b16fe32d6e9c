import type { PlannedRow } from './plan.ts';
import { estimateKey, type RowEstimates } from './use-row-estimates.ts';

/** What rows cost together. */
export interface Sum {
  /** Rows that the server would accept. */
  readonly ready: readonly PlannedRow[];
  /** Rows whose estimate is not there yet. */
  readonly pending: number;
  readonly videos: number;
  /** In USD, of the videos whose price is known. */
  readonly total: number;
  /** Videos whose price is not known. */
  readonly unpriced: number;
}

/** Adds up the rows that the server would accept. */
export function sumOf(rows: readonly PlannedRow[], estimates: RowEstimates): Sum {
  const ready: PlannedRow[] = [];
  let [pending, videos, total, unpriced] = [0, 0, 0, 0];
  for (const planned of rows) {
    const estimate = estimates.get(estimateKey(planned));
    if (estimate === undefined) pending += 1;
    if (estimate === undefined || estimate === 'failed' || estimate.userErrors.length > 0) continue;
    ready.push(planned);
    videos += planned.count;
    if (estimate.cost === null) unpriced += planned.count;
    else total += estimate.cost.amount * planned.count;
  }
  return { ready, pending, videos, total, unpriced };
}
