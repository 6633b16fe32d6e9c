import type { ProviderOffer } from './provider-offer.ts';
import type { Cost, VideoSpec } from './video-task.ts';

/** The cost of one video by the provider's list; null where no price is known. */
export function estimateCost(provider: ProviderOffer, spec: VideoSpec): Cost | null {
  const { model, durationSeconds, resolution, audio, imagesAs, referenceImages } = spec;
  const price = provider.price(model, {
    durationSeconds,
    resolution,
    audio,
    imagesAs,
    imageCount: referenceImages.length,
    options: spec.providerOptions,
  });
  return price === null ? null : { amount: price.usd, credits: price.credits, settled: false };
}

/** USD without the digits that products of fractions have: the ledger counts millionths too. */
export const wholeMicros = (usd: number): number => Math.round(usd * 1e6) / 1e6;

/** No video of a provider's costs more credits (50 dollars at Kie) unless its estimate says so. */
const plausibleCredits = 10_000;
/** Prices move, but not by more than this. */
const plausibleFactor = 100;

/**
 * The cost of a task as the provider reported it in its own unit; null when it reported none, or a number that cannot be
 * a price: one faulty response must not use up an owner's budget.
 */
export function settledCost(
  provider: Pick<ProviderOffer, 'usdPerCredit'>,
  credits: number | null,
  estimate: Cost | null,
): Cost | null {
  if (credits === null || provider.usdPerCredit === null) return null;
  const most = Math.max(plausibleCredits, plausibleFactor * (estimate?.credits ?? 0));
  if (!(credits >= 0 && credits <= most)) return null;
  return { amount: wholeMicros(credits * provider.usdPerCredit), credits, settled: true };
}
