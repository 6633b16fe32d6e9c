import { useCallback, useEffect, useState } from 'react';
import { SpendingQuery, type Spending } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { Period } from './period.ts';

/** The report: undefined while it is read, null if that failed. */
export type Report = Spending | null | undefined;

/** The costs of a range of days, and a function that reads them again. */
export function useSpending({ from, to }: Period): readonly [Report, () => void] {
  const studio = useStudio();
  const [report, setReport] = useState<Report>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setReport(undefined);
    const controller = new AbortController();
    studio
      .ask(SpendingQuery, { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` }, controller.signal)
      .then(setReport, () => {
        if (!controller.signal.aborted) setReport(null);
      });
    return () => controller.abort();
  }, [studio, from, to, attempt]);
  return [report, useCallback(() => setAttempt((count) => count + 1), [])];
}
