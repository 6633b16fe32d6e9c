import { useEffect, useState } from 'react';
import { EstimateQuery, type Estimate } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { GenerateInput } from './draft.ts';

/** Pause after the last change of the form, so that not every letter sends a query. */
const settleMs = 300;

/** What the server says about an input before it is paid for. */
export interface Foreseen {
  readonly estimate: Estimate;
  readonly useCase: GenerateInput['useCase'];
  /** False while the settings are others than those of the estimate; its prompt may be an earlier one in any case. */
  readonly isCurrent: boolean;
}

/** The estimate for the input, updated as the form changes; null while it is unknown. */
export function useEstimate(input: GenerateInput, isReady: boolean): Foreseen | null {
  const studio = useStudio();
  const [last, setLast] = useState<{ readonly estimate: Estimate; readonly input: GenerateInput } | null>(
    null,
  );
  // A label changes nothing, and an empty form has a price too.
  const prompt = input.prompt ?? (input.useCase ? undefined : 'x');
  const serialized = JSON.stringify({ ...input, prompt, label: null });
  useEffect(() => {
    if (!isReady) return undefined;
    const controller = new AbortController();
    const asked = JSON.parse(serialized) as GenerateInput;
    const timer = setTimeout(() => {
      studio.ask(EstimateQuery, { input: asked }, controller.signal).then(
        ({ estimateVideo }) => setLast({ estimate: estimateVideo, input: asked }),
        // The button works without it: the mutation decides.
        () => {},
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, serialized, isReady]);
  if (last === null) return null;
  const isCurrent = settingsOf(last.input) === settingsOf(input);
  return { estimate: last.estimate, useCase: last.input.useCase, isCurrent };
}

/** All that may change the price and the time. */
const settingsOf = ({ prompt: _prompt, label: _label, ...settings }: GenerateInput): string =>
  JSON.stringify(settings);
