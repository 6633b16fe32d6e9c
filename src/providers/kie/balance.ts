/** How long a balance is told without asking again, in milliseconds. */
const keptMs = 60_000;
/** How long a failure is: who watches a provider that is down must not add to it. */
const failureKeptMs = 5000;

/** The account's balance: one request a minute, however many ask. */
export class Balance {
  readonly #ask: () => Promise<number | null>;
  readonly #now: () => number;
  #told: { readonly until: number; readonly credits: Promise<number | null> } | null = null;

  /** @param ask null where the provider does not tell; must not throw for want of an answer */
  constructor(ask: () => Promise<number | null>, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** In the provider's unit; null where it cannot be told. */
  async credits(): Promise<number | null> {
    const now = this.#now();
    // A clock that was set back must not keep an old balance for longer.
    if (this.#told !== null && now < this.#told.until && this.#told.until - now <= keptMs) {
      return this.#told.credits;
    }
    const told = { until: now + keptMs, credits: this.#ask() };
    this.#told = told;
    const credits = await told.credits;
    if (credits === null && this.#told === told) this.#told = { ...told, until: now + failureKeptMs };
    return credits;
  }
}
