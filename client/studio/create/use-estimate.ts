import { useEffect, useState } from 'react';
import { EstimateQuery, type Estimate } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { GenerateInput } from './draft.ts';

/** Pause after the last change of the form, so that not every letter sends a query. */
const settleMs = 300;

/** The estimate for the input, updated as the form changes; null while it is unknown. */
export function useEstimate(input: GenerateInput, isReady: boolean): Estimate | null {
  const studio = useStudio();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  // A label changes nothing, and an empty form has a price too.
  const prompt = input.prompt ?? (input.useCase ? undefined : 'x');
  const serialized = JSON.stringify({ ...input, prompt, label: null });
  useEffect(() => {
    if (!isReady) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      studio.ask(EstimateQuery, { input: JSON.parse(serialized) as GenerateInput }, controller.signal).then(
        ({ estimateVideo }) => setEstimate(estimateVideo),
        // The button works without it: the mutation decides.
        () => {},
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, serialized, isReady]);
  return estimate;
}
