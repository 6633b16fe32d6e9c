import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from './store.ts';

/** The operations that are measured, under the names that the metrics give them. */
const operations = {
  insert: 'insert',
  insertTracked: 'insert',
  change: 'change',
  changeOwn: 'change',
  noteUnchanged: 'change',
  claim: 'claim',
  renew: 'renew',
  reserveCreate: 'reserve',
  get: 'read',
  getOwn: 'read',
  page: 'page',
  countMatching: 'count',
  changesAfter: 'changes',
  dueTimes: 'due',
} as const satisfies Partial<Record<keyof Store, string>>;

/**
 * Measures the operations of a store, from the call to the result; of a write that includes the commit. Replaces the
 * methods of the object itself: a read of one row takes some microseconds, and a proxy would add to each.
 */
export function measureOperations(store: Store, { storeOperations }: Pick<Metrics, 'storeOperations'>): void {
  for (const [name, operation] of Object.entries(operations) as [keyof typeof operations, string][]) {
    const run = store[name].bind(store) as (...given: unknown[]) => unknown;
    const series = storeOperations.of(operation);
    const measured = (...given: unknown[]): unknown => {
      const begunAt = performance.now();
      const end = () => series.record((performance.now() - begunAt) / 1000);
      const result = run(...given);
      // A failure takes its time too; the caller handles it.
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    };
    Object.defineProperty(store, name, { value: measured });
  }
}
