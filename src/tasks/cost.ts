import type { VideoProvider } from '../providers/provider.ts';
import type { Cost, Resolution } from '../store/video-task.ts';

/** What one video will cost by the provider's list; null where no price is known. */
export function estimateCost(
  provider: VideoProvider,
  model: string,
  durationSeconds: number | null,
  resolution: Resolution | null,
): Cost | null {
  const price = provider.price(model, durationSeconds, resolution);
  return price === null ? null : { amount: price.usd, credits: price.credits, settled: false };
}

/** The cost of a task as the provider told it in its own unit; null when it told none. */
export function settledCost(provider: VideoProvider, credits: number | null): Cost | null {
  if (credits === null || credits < 0 || provider.usdPerCredit === null) return null;
  return { amount: credits * provider.usdPerCredit, credits, settled: true };
}
