/** A sliding window; `max` 0: no limit. */
export interface CreateLimit {
  readonly now: number;
  readonly windowMs: number;
  readonly max: number;
}

/** Granted, or the time at which to ask again. */
export type CreateReservation =
  | { readonly kind: 'granted' }
  | { readonly kind: 'full'; readonly freeAt: number };

/** The number of creates that may begin now; with none, the time from which there is a place. */
export interface CreateAllowance {
  readonly places: number;
  readonly freeAt: number;
}
