import { useEffect, useState } from 'react';
import { PricesQuery, type Model, type Provider } from '../api/queries.ts';
import { useStudio } from '../studio.ts';
import type { Draft } from './draft.ts';

/** Pause after the last change of the form. */
const settleMs = 300;

/** The price of each model in USD by its id; null where none is known. */
export type Prices = ReadonlyMap<string, number | null>;

/** The prices of a provider's models for the chosen settings, updated as the form changes; null while they are unknown. */
export function usePrices(
  provider: Provider['name'] | null,
  {
    durationSeconds,
    resolution,
    audio,
    images,
  }: Pick<Draft, 'durationSeconds' | 'resolution' | 'audio' | 'images'>,
): Prices | null {
  const studio = useStudio();
  const [prices, setPrices] = useState<Prices | null>(null);
  const imageCount = images.length;
  useEffect(() => {
    if (provider === null) return undefined;
    const controller = new AbortController();
    const variables = { durationSeconds, resolution, audio, imageCount };
    const timer = setTimeout(() => {
      studio.ask(PricesQuery, variables, controller.signal).then(
        ({ providers }) => setPrices(pricesOf(providers.find(({ name }) => name === provider)?.models ?? [])),
        // The list has the prices of the default settings then.
        () => {},
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [studio, provider, durationSeconds, resolution, audio, imageCount]);
  return prices;
}

const pricesOf = (models: readonly Pick<Model, 'id' | 'price'>[]): Prices =>
  new Map(models.map(({ id, price }) => [id, price?.amount ?? null]));
