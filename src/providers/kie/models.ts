import type { Resolution } from '../../domain/video-task.ts';
import type { ChosenSettings, Price, VideoModel } from '../../domain/video-model.ts';

/** Kie's unit (Kie docs, getting started, 2026: 1 credit = USD 0.005). */
export const usdPerCredit = 0.005;

/** Credits for one video of any length, by resolution (kie.ai price page as of 2026-10-08). */
type Credits = Partial<Record<Resolution, number>>;

const priceOf =
  (credits: Credits) =>
  ({ resolution }: ChosenSettings): Price | null => {
    const amount = credits[resolution];
    return amount === undefined ? null : { usd: amount * usdPerCredit, credits: amount };
  };

function veo(
  id: string,
  label: string,
  typicalSeconds: number,
  credits: Credits,
  takesReferences: boolean,
): VideoModel {
  return {
    id,
    label,
    maker: 'Google',
    aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'AUTO'],
    durations: [4, 6, 8],
    defaultDuration: 8,
    resolutions: ['P720', 'P1080', 'P2160'],
    defaultResolution: 'P720',
    // In the order in which AUTO takes them (Kie docs, 2026-10): one image is animated, two are the ends, three are references.
    imageUses: {
      FIRST_FRAME: { min: 1, max: 1 },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2 },
      ...(takesReferences && { REFERENCE: { min: 1, max: 3, durations: [8] } }),
    },
    requiresImages: false,
    audio: 'ALWAYS',
    defaultAudio: true,
    acceptsNegativePrompt: false,
    // `seeds` left the schema between 2026-06 and 2026-10, although results still echo one.
    acceptsSeed: false,
    maxPromptLength: null,
    maxNegativePromptLength: null,
    price: priceOf(credits),
    pricedAt: Date.UTC(2026, 9, 8),
    typicalSeconds,
    successor: null,
    retiredAt: null,
  };
}

/** Veo 3.1 on Kie. A real fast clip took 61 s (2026-04) and 48 s (2026-10); quality is documented as 2 to 5 minutes. */
export const kieModels: readonly VideoModel[] = [
  veo('veo3_fast', 'Veo 3.1 Fast', 60, { P720: 30, P1080: 37.5, P2160: 90 }, true),
  veo('veo3_lite', 'Veo 3.1 Lite', 50, { P720: 15, P1080: 22.5, P2160: 75 }, true),
  veo('veo3', 'Veo 3.1 Quality', 150, { P720: 225, P1080: 232.5, P2160: 285 }, false),
];
