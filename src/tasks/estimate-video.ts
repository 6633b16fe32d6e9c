import type { Cost, ProviderName } from '../store/video-task.ts';
import { checkInput } from './check-input.ts';
import type { Commands } from './commands.ts';
import { estimateCost } from './cost.ts';
import { planVideo, type GenerateVideoInput } from './plan.ts';
import type { UserError } from './user-error.ts';

/** What a video would be made with, cost and take. */
export interface VideoEstimate {
  readonly provider: ProviderName | null;
  readonly model: string | null;
  /** Null where no price is known. */
  readonly cost: Cost | null;
  /** From sending to the finished video; null where nothing is known. */
  readonly seconds: number | null;
  readonly userErrors: readonly UserError[];
}

/** What `generateVideo` would do with the same input; keeps nothing and asks nobody. */
export function estimateVideo({ providers }: Commands, input: GenerateVideoInput): VideoEstimate {
  const nothing = { provider: null, model: null, cost: null, seconds: null };
  const userErrors = checkInput(input);
  if (userErrors.length > 0) return { ...nothing, userErrors };
  const planned = planVideo(input, providers);
  if (planned.kind === 'impossible') return { ...nothing, userErrors: planned.userErrors };
  const { provider, model, knownModel, durationSeconds, resolution } = planned.plan;
  return {
    provider: provider.name,
    model,
    cost: estimateCost(provider, model, durationSeconds, resolution),
    seconds: knownModel?.typicalSeconds ?? null,
    userErrors: [],
  };
}
