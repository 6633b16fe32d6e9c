import type { ChosenSettings, Price, VideoModel } from '../../../domain/video-model.ts';
import type { Resolution } from '../../../domain/video-task.ts';

/**
 * USD for a second of video (Google's price list, by several mirrors of 2026-03 to 09). A lower price for silent videos is
 * not in the mirrors of 3.1: the estimate is then the most that it can cost.
 */
type PricePerSecond = Partial<Record<Resolution, number>>;

const priceOf =
  (usdPerSecond: PricePerSecond) =>
  ({ resolution, durationSeconds }: ChosenSettings): Price | null => {
    const usd = usdPerSecond[resolution];
    // In whole cents' hundredths: binary fractions would show in sums.
    return usd === undefined ? null : { usd: Math.round(usd * durationSeconds * 1e4) / 1e4, credits: null };
  };

function veo(
  id: string,
  label: string,
  typicalSeconds: number,
  usdPerSecond: PricePerSecond,
  takesReferences: boolean,
): VideoModel {
  return {
    id,
    label,
    maker: 'Google',
    aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16'],
    durations: [4, 6, 8],
    defaultDuration: 8,
    resolutions: Object.keys(usdPerSecond) as Resolution[],
    defaultResolution: 'P720',
    // In the order in which AUTO takes them, as on other providers of Veo. Google's model card (veo-3.1-generate-001):
    // 9:16 except for reference images, which also require 8 seconds.
    imageUses: {
      FIRST_FRAME: { min: 1, max: 1 },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2 },
      ...(takesReferences && {
        REFERENCE: { min: 1, max: 3, durations: [8], aspectRatios: ['LANDSCAPE_16_9'] },
      }),
    },
    requiresImages: false,
    audio: 'OPTIONAL',
    defaultAudio: true,
    acceptsNegativePrompt: true,
    acceptsSeed: true,
    maxPromptLength: null,
    maxNegativePromptLength: null,
    price: priceOf(usdPerSecond),
    pricedAt: Date.UTC(2026, 8, 1),
    typicalSeconds,
    successor: null,
    retiredAt: null,
  };
}

/** Veo 3.1 on Vertex AI, which Google also calls the Agent Platform. The cheaper of the two full models is the default. */
export const vertexModels: readonly VideoModel[] = [
  veo('veo-3.1-fast-generate-001', 'Veo 3.1 Fast', 60, { P720: 0.15, P1080: 0.15, P2160: 0.35 }, true),
  veo('veo-3.1-generate-001', 'Veo 3.1', 120, { P720: 0.4, P1080: 0.4, P2160: 0.6 }, true),
  veo('veo-3.1-lite-generate-001', 'Veo 3.1 Lite', 60, { P720: 0.05, P1080: 0.08 }, false),
];

/** What to use instead of a model that Google has shut down (lifecycle page, 2026). */
export const successorOf = (model: string): string =>
  model.includes('lite') && model !== 'veo-3.1-lite-generate-001'
    ? 'veo-3.1-lite-generate-001'
    : 'gemini-omni-1.2-flash';
