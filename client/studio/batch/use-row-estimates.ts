import { useEffect, useRef, useState } from 'react';
import { EstimateQuery, type Estimate } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { PlannedRow } from './plan.ts';

/** Estimates that are asked for at the same time. */
const atOnce = 6;

/** Answers that come within this time are shown together: each time, all rows are rendered. */
const showMs = 100;
/** Longer labels are refused, in characters; others change nothing. */
const longestLabel = 200;

/** The text by which equal rows share an estimate. */
export const estimateKey = ({ input }: PlannedRow): string =>
  JSON.stringify({ ...input, label: (input.label ?? '').length > longestLabel ? input.label : null });

/** Estimates by `estimateKey`; one is missing while it is read, and `failed` if the server did not answer. */
export type RowEstimates = ReadonlyMap<string, Estimate | 'failed'>;

/** Reads the price and the errors of every row that could be sent. Sends nothing. */
export function useRowEstimates(rows: readonly PlannedRow[]): RowEstimates {
  const studio = useStudio();
  const [estimates, setEstimates] = useState<RowEstimates>(new Map());
  const known = useRef(estimates);
  const keys = [...new Set(rows.map(estimateKey))];
  const wanted = JSON.stringify(keys);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const left = (JSON.parse(wanted) as string[]).filter((key) => {
      const estimate = known.current.get(key);
      return estimate === undefined || estimate === 'failed';
    });
    const answers = new Map<string, Estimate | 'failed'>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      known.current = new Map([...known.current, ...answers]);
      answers.clear();
      setEstimates(known.current);
    };
    const put = (key: string, estimate: Estimate | 'failed') => {
      if (signal.aborted) return;
      answers.set(key, estimate);
      timer ??= setTimeout(show, showMs);
    };
    const work = async () => {
      for (let key = left.shift(); key !== undefined && !signal.aborted; key = left.shift()) {
        const input = JSON.parse(key) as PlannedRow['input'];
        try {
          put(key, (await studio.ask(EstimateQuery, { input }, signal)).estimateVideo);
        } catch {
          put(key, 'failed');
        }
      }
    };
    for (let worker = 0; worker < atOnce; worker++) void work();
    return () => {
      controller.abort();
      if (timer === undefined) return;
      clearTimeout(timer);
      show();
    };
  }, [studio, wanted]);
  return estimates;
}
