/** Time for which a balance is kept, in milliseconds. */
const keptMs = 60_000;
/** Time for which a failure is kept, in milliseconds: frequent queries must not add to the load of a provider that is down. */
const failureKeptMs = 5000;

/** The account's balance: at most one request a minute, however often it is read. */
export class Balance {
  readonly #fetch: () => Promise<number | null>;
  readonly #now: () => number;
  #kept: { readonly until: number; readonly credits: Promise<number | null> } | null = null;

  /** @param fetch resolves to null where there is no balance or no response; throws for bugs alone */
  constructor(fetch: () => Promise<number | null>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** In the provider's unit; null where it is not known. */
  async credits(): Promise<number | null> {
    const now = this.#now();
    // A clock that was set back must not keep an old balance for longer.
    if (this.#kept !== null && now < this.#kept.until && this.#kept.until - now <= keptMs) {
      return this.#kept.credits;
    }
    const kept = { until: now + keptMs, credits: this.#fetch() };
    this.#kept = kept;
    const credits = await kept.credits;
    if (credits === null && this.#kept === kept) this.#kept = { ...kept, until: now + failureKeptMs };
    return credits;
  }
}
