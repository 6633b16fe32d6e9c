import type { ChosenSettings, Price } from '../../domain/video-model.ts';
import { wholeMicros } from '../../domain/cost.ts';
import type { EntryPrice } from './entry.ts';

/**
 * The price of a video by an entry's list; null where the list has none for these settings.
 *
 * @param usdPerCredit of the provider
 */
export function priceByList(list: EntryPrice, usdPerCredit: number, settings: ChosenSettings): Price | null {
  const { durationSeconds, resolution, audio, imagesAs, imageCount } = settings;
  const atResolution = list.credits[resolution];
  const atLength =
    typeof atResolution === 'object' && !('silent' in atResolution)
      ? atResolution[durationSeconds]
      : atResolution;
  if (atLength === undefined) return null;
  const rate = typeof atLength === 'number' ? atLength : audio ? atLength.sound : atLength.silent;
  const { free, each } = list.referenceImages ?? { free: 0, each: 0 };
  const images = imagesAs === 'REFERENCE' ? each * Math.max(0, imageCount - free) : 0;
  const credits = (list.per === 'second' ? rate * durationSeconds : rate) + images;
  return { usd: wholeMicros(credits * usdPerCredit), credits: wholeMicros(credits) };
}
