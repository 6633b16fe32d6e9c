import { EstimateQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import type { Request } from '../api/request.ts';
import { createValue, type OwnedValue, type Value } from './value.ts';

/** Estimated cost in USD: undefined while it is read, null if no price is known. */
export type RetryPrice = number | null | undefined;

/** Prices of retries. Read once for each kind of video, not for each card. */
export class RetryPrices {
  readonly #ask: Request;
  readonly #prices = new Map<string, OwnedValue<RetryPrice>>();

  constructor(ask: Request) {
    this.#ask = ask;
  }

  of({
    provider,
    model,
    durationSeconds,
    resolution,
    aspectRatio,
    audio,
    referenceImages,
  }: Task): Value<RetryPrice> {
    const input = {
      prompt: 'x',
      provider,
      model,
      durationSeconds,
      resolution,
      aspectRatio,
      audio,
      // The price depends on how many there are, not on which.
      referenceImages: referenceImages.map(() => ({ url: 'https://reelay.invalid/image' })),
    };
    const key = JSON.stringify(input);
    const known = this.#prices.get(key);
    if (known !== undefined) return known;
    const price = createValue<RetryPrice>(undefined);
    this.#prices.set(key, price);
    this.#ask(EstimateQuery, { input }).then(
      ({ estimateVideo }) => price.set(estimateVideo.cost?.amount ?? null),
      () => {
        // Unknown for now; read again for the next card.
        this.#prices.delete(key);
        price.set(null);
      },
    );
    return price;
  }

  /** Forgets all prices: they may have changed after a reconnect. */
  forget(): void {
    this.#prices.clear();
  }
}
