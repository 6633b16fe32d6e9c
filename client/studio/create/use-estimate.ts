import { useEffect, useState } from 'react';
import { EstimateQuery, type Estimate } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { GenerateInput } from './draft.ts';

/** After the last change of the form; typing is not asked about letter by letter. */
const settleMs = 300;

/** What the input would cost and take, as the form changes; null while it is not known. */
export function useEstimate(input: GenerateInput, isReady: boolean): Estimate | null {
  const studio = useStudio();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  // What was written changes neither cost nor time.
  const asked = JSON.stringify({ ...input, prompt: 'x', label: null });
  useEffect(() => {
    if (!isReady) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      studio.ask(EstimateQuery, { input: JSON.parse(asked) as GenerateInput }, controller.signal).then(
        ({ estimateVideo }) => setEstimate(estimateVideo),
        // The button works without: it is the mutation that decides.
        () => {},
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, asked, isReady]);
  return estimate;
}
