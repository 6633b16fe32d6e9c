import type { JsonObject } from '../../../domain/video-task.ts';
import type { EntryPrice } from '../../catalogue/entry.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, numberOf, textOf } from '../../http/json.ts';

/** Descriptions of prices are some hundred characters (recording, 2026-10-01). */
const longestDescription = 4000;

/** A response of the catalogue API: what it reports, or the reason why nothing follows from it. */
export type CatalogueAnswer<T> =
  | { readonly kind: 'read'; readonly value: T }
  /** About this model alone; the next request may succeed. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** The API, or our access to it: the next request may fail too. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Reads a response of `GET /api/v1/models`: the description of the price of each of these models, null where it has none
 * (recording, 2026-10-01: prose, which "matches what the job is billed", by Kie's own guide of 2026-09).
 */
export function readPriceDescriptions(
  answer: Answer,
  models: readonly string[],
): CatalogueAnswer<JsonObject> {
  const data = dataOf(answer);
  if (data.kind !== 'read') return data;
  const { value } = data;
  const list: unknown = isObject(value) ? value['models'] : undefined;
  const wanted = new Set<unknown>(models);
  const known = Array.isArray(list)
    ? list.filter(isObject).filter(({ model }) => typeof model === 'string')
    : [];
  if (known.length === 0) return { kind: 'unavailable', reason: 'no list of models' };
  return {
    kind: 'read',
    value: Object.fromEntries(
      known
        .filter(({ model }) => wanted.has(model))
        .map(({ model, pricingDesc }) => [
          String(model),
          textOf(pricingDesc)?.slice(0, longestDescription) ?? null,
        ]),
    ),
  };
}

/**
 * Reads a response of `GET /api/v1/models/{model}/success-rate`: the mean share of videos that succeeded over the last day,
 * 0 to 1; null where nothing ran. Periods of ten minutes with percentages (Kie's own guide, 2026-09); shares of 1 are told
 * apart by the sum of what succeeded and what failed.
 */
export function readSuccessRate(answer: Answer): CatalogueAnswer<number | null> {
  const data = dataOf(answer);
  if (data.kind !== 'read') return data;
  const points = periodsIn(data.value);
  if (points === null) return { kind: 'unreadable', reason: 'no points' };
  const periods = points.filter(isObject).flatMap((point) => {
    const rate = numberOf(point['successRate']);
    return rate === null || rate < 0 || rate > 100
      ? []
      : [{ rate, ran: rate + (numberOf(point['errorRate']) ?? 0) }];
  });
  const whole = periods.every(({ ran }) => ran <= 1.001) ? 1 : 100;
  return { kind: 'read', value: meanOf(periods.map(({ rate }) => rate / whole)) };
}

/** The periods of a response, whatever their name; null where it has none. */
function periodsIn(value: unknown): readonly unknown[] | null {
  const lists = [value, ...(isObject(value) ? Object.values(value) : [])].filter((list) =>
    Array.isArray(list),
  );
  return (
    lists.find((list) => list.length === 0 || list.some((item) => isObject(item) && 'successRate' in item)) ??
    null
  );
}

/** True if every number of credits in a price list still stands in the provider's description of the price. */
export function isPriceListed(price: EntryPrice, description: string): boolean {
  const listed = new Set(
    Array.from(description.matchAll(/(\d[\d,]*(?:\.\d+)?)\s*credits?\b/gi), ([, number = '']) =>
      Number(number.replaceAll(',', '')),
    ),
  );
  return creditsIn(price.credits).every((credits) => listed.has(credits));
}

const creditsIn = (credits: unknown): number[] =>
  typeof credits === 'number' ? [credits] : Object.values(credits ?? {}).flatMap(creditsIn);

/** The mean of some numbers; null of none. */
export const meanOf = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Kie's envelope without its code. */
function dataOf({ status, json }: Answer): CatalogueAnswer<unknown> {
  if (status !== 200) return { kind: 'unavailable', reason: `HTTP ${status}` };
  if (!isObject(json)) return { kind: 'unavailable', reason: 'no JSON object' };
  const code = numberOf(json['code']);
  if (code === 200) return { kind: 'read', value: json['data'] };
  // Anything else than an unknown model is about the API.
  return { kind: code === 404 || code === 422 ? 'unreadable' : 'unavailable', reason: `code ${code}` };
}
