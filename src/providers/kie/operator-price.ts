import type { Resolution } from '../../domain/video-task.ts';
import type { Price, VideoModel } from '../../domain/video-model.ts';
import { list } from '../../settings/parsers.ts';
import { Invalid } from '../../settings/setting.ts';
import { usdPerCredit } from './models.ts';

const resolutionSuffix = /\/P(?:360|480|540|720|768|1080|1440|2160)$/;
/** A suffix as resolutions are often written, in a form that no price is looked up by. */
const otherSuffix = /\/(?:p?\d{3,4}p?|[248]k)$/i;

/** The key of a price per second: no model's name has a space. */
const perSecond = (name: string) => `${name} per second`;

/** The operator's prices in USD by `MODEL` or `MODEL/RESOLUTION`; prices of a second by the same and ` per second`. */
export function parsePrices(value: string): ReadonlyMap<string, number> | Invalid {
  const pairs = list(value).map((item) => /^(.+)=(\d+(?:\.\d+)?)(\/s)?$/.exec(item));
  if (!pairs.every((pair) => pair !== null)) {
    return new Invalid('must be comma-separated MODEL=USD or MODEL=USD/s pairs');
  }
  const prices = pairs.map(([, name = '', usd, ofSecond]) => ({
    name: name.trim(),
    usd: Number(usd),
    isPerSecond: ofSecond !== undefined,
  }));
  if (prices.some(({ name }) => otherSuffix.test(name) && !resolutionSuffix.test(name))) {
    return new Invalid('must name a resolution as in MODEL/P720, MODEL/P1080 or MODEL/P2160');
  }
  const byName = new Map(
    prices.map(({ name, usd, isPerSecond }) => [isPerSecond ? perSecond(name) : name, usd]),
  );
  return byName.size === prices.length ? byName : new Invalid('must name each model and resolution once');
}

/** True if the operator has named a price of a model, of whatever length and resolution. */
export const isPricedByOperator = (prices: ReadonlyMap<string, number> | undefined, model: string): boolean =>
  [...(prices?.keys() ?? [])].some((name) => {
    const named = name.replace(/ per second$/, '').replace(resolutionSuffix, '');
    return named === model;
  });

/**
 * The operator's price of one video; null where the price is set for another kind of video, undefined where the
 * operator sets none.
 *
 * @param prices as parsePrices returns them
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
  // that of its default length: another length or resolution would be billed more than is booked.
  const isAsNamed = known !== null || resolution === null;
  for (const name of [`${model}/${size}`, ...(isAsNamed ? [model] : [])]) {
    const usdPerSecond = prices?.get(perSecond(name));
    if (usdPerSecond !== undefined) return seconds === null ? null : priceOf(usdPerSecond * seconds);
    const perVideo = prices?.get(name);
    if (perVideo !== undefined) return known === null && seconds !== null ? null : priceOf(perVideo);
  }
  return undefined;
}

const priceOf = (usd: number): Price => ({ usd, credits: usd / usdPerCredit });
