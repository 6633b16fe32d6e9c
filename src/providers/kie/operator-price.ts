import type { Resolution } from '../../domain/video-task.ts';
import type { Price, VideoModel } from '../../domain/video-model.ts';
import { usdPerCredit } from './models.ts';

/**
 * The operator's price of one video; null where the named price is of another kind of video than this one, undefined
 * where the operator names none.
 *
 * @param prices in USD by `MODEL` or `MODEL/RESOLUTION`; of a second by the same and ` per second`
 * @param known null for a model that is passed through by name
 */
export function operatorPrice(
  prices: ReadonlyMap<string, number> | undefined,
  known: VideoModel | null,
  video: {
    readonly model: string;
    readonly durationSeconds: number | null;
    readonly resolution: Resolution | null;
  },
): Price | null | undefined {
  const { model, resolution } = video;
  const seconds = video.durationSeconds ?? known?.defaultDuration ?? null;
  const size = resolution ?? known?.defaultResolution ?? null;
  // Of a model that is not listed, the price without a resolution is that of its default one, and the price of a video
  // that of its default length: whoever asks for another would be billed more than is booked.
  const isAsNamed = known !== null || resolution === null;
  for (const name of [`${model}/${size}`, ...(isAsNamed ? [model] : [])]) {
    const perSecond = prices?.get(`${name} per second`);
    if (perSecond !== undefined) return seconds === null ? null : priceOf(perSecond * seconds);
    const perVideo = prices?.get(name);
    if (perVideo !== undefined) return known === null && seconds !== null ? null : priceOf(perVideo);
  }
  return undefined;
}

const priceOf = (usd: number): Price => ({ usd, credits: usd / usdPerCredit });
