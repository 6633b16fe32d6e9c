import { EstimateQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import type { Request } from '../api/request.ts';
import { createValue, type OwnedValue, type Value } from './value.ts';

/** Estimated cost in USD: undefined while it is asked, null where no price is known. */
export type RetryPrice = number | null | undefined;

/** What it costs to make a task again. Asked once for each kind of video, not for each card. */
export class RetryPrices {
  readonly #ask: Request;
  readonly #prices = new Map<string, OwnedValue<RetryPrice>>();

  constructor(ask: Request) {
    this.#ask = ask;
  }

  of({ provider, model, durationSeconds, resolution, aspectRatio }: Task): Value<RetryPrice> {
    const input = { prompt: 'x', provider, model, durationSeconds, resolution, aspectRatio };
    const key = JSON.stringify(input);
    const known = this.#prices.get(key);
    if (known !== undefined) return known;
    const price = createValue<RetryPrice>(undefined);
    this.#prices.set(key, price);
    this.#ask(EstimateQuery, { input }).then(
      ({ estimateVideo }) => price.set(estimateVideo.cost?.amount ?? null),
      () => {
        // Said as unknown now, and asked again for the next card.
        this.#prices.delete(key);
        price.set(null);
      },
    );
    return price;
  }

  /** Prices may be others after a reconnect. */
  forget(): void {
    this.#prices.clear();
  }
}
