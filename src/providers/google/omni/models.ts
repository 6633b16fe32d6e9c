import type { ChosenSettings, Price, VideoModel } from '../../../domain/video-model.ts';
import type { Resolution } from '../../../domain/video-task.ts';

/** USD for a second of video, by resolution. */
type UsdPerSecond = Readonly<Record<'P360' | 'P720' | 'P1080' | 'P2160', number>>;

const priceOf =
  (usdPerSecond: Partial<Record<Resolution, number>>) =>
  ({ durationSeconds, resolution }: ChosenSettings): Price | null => {
    const usd = usdPerSecond[resolution];
    // Millionths of a dollar: 0.07 × 15 is 1.05, and not 1.0500000000000003.
    return usd === undefined
      ? null
      : { usd: Math.round(usd * durationSeconds * 1_000_000) / 1_000_000, credits: null };
  };

const seconds = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The differences between the models. */
interface Differences {
  readonly id: string;
  readonly label: string;
  readonly longestSeconds: number;
  readonly maxReferences: number;
  readonly acceptsSeed: boolean;
  readonly usdPerSecond: UsdPerSecond;
  readonly typicalSeconds: number;
  readonly successor: string | null;
}

function omni(model: Differences): VideoModel {
  return {
    id: model.id,
    label: model.label,
    maker: 'Google',
    aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16'],
    durations: seconds(3, model.longestSeconds),
    defaultDuration: 8,
    resolutions: ['P360', 'P720', 'P1080', 'P2160'],
    defaultResolution: 'P720',
    // In the order in which AUTO takes them: one image is animated, two are the ends, more are references.
    imageUses: {
      FIRST_FRAME: { min: 1, max: 1 },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2, durations: seconds(3, 10) },
      REFERENCE: { min: 1, max: model.maxReferences },
    },
    requiresImages: false,
    audio: 'ALWAYS',
    defaultAudio: true,
    acceptsNegativePrompt: false,
    acceptsSeed: model.acceptsSeed,
    maxPromptLength: null,
    maxNegativePromptLength: null,
    price: priceOf(model.usdPerSecond),
    // Third parties that mirror Google's list; a 10 s clip at 720p was reported at about 0.70 on this day.
    pricedAt: Date.UTC(2026, 10, 11),
    typicalSeconds: model.typicalSeconds,
    successor: model.successor,
    retiredAt: null,
  };
}

/**
 * Gemini Omni (Google and vendors' pages, 2026-09 to 11): 3 to 15 s, or 10 s with both frames, 24 fps with sound; the older
 * one 3 to 10 s. A 10 s clip took 24 to 60 s.
 */
export const omniModels: readonly VideoModel[] = [
  omni({
    id: 'gemini-omni-1.2-flash',
    label: 'Gemini Omni 1.2 Flash',
    longestSeconds: 15,
    maxReferences: 6,
    // `generation_config.seed` came with 1.2.
    acceptsSeed: true,
    usdPerSecond: { P360: 0.023, P720: 0.07, P1080: 0.105, P2160: 0.21 },
    typicalSeconds: 45,
    successor: null,
  }),
  omni({
    id: 'gemini-omni-1.1-flash',
    label: 'Gemini Omni 1.1 Flash',
    longestSeconds: 10,
    maxReferences: 3,
    acceptsSeed: false,
    usdPerSecond: { P360: 0.03, P720: 0.1, P1080: 0.15, P2160: 0.3 },
    typicalSeconds: 60,
    successor: 'gemini-omni-1.2-flash',
  }),
];
