import { Gauge, type Registry } from 'prom-client';

/** A value, and those of its labels in the order of their declaration. */
export type Sample = readonly [value: number, ...labels: string[]];

type Read = () => Iterable<Sample> | Promise<Iterable<Sample>>;

/** A declaration of a reading. */
export interface ReadingOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/**
 * A gauge that is read when it is asked for, so that it costs nothing in between. Without values until `readFrom`, and
 * where the read fails.
 */
export class Reading {
  readonly #onFailure: (error: unknown) => void;
  #read: Read = () => [];

  /** @param onFailure called where a read fails; the scrape goes on without the values */
  constructor(
    registry: Registry,
    { name, help, labelNames = [] }: ReadingOptions,
    onFailure: (error: unknown) => void,
  ) {
    this.#onFailure = onFailure;
    const collect = (gauge: Gauge) => this.#collect(gauge, labelNames);
    // oxlint-disable-next-line no-new -- the registry keeps it
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        return collect(this);
      },
    });
  }

  /** Sets where the values come from. Called at each scrape, never twice at a time. */
  readFrom(read: Read): void {
    this.#read = read;
  }

  async #collect(gauge: Gauge, labelNames: readonly string[]): Promise<void> {
    gauge.reset();
    if (labelNames.length === 0) gauge.remove();
    try {
      for (const [value, ...labels] of await this.#read()) {
        gauge.set(Object.fromEntries(labelNames.map((name, index) => [name, labels[index] ?? ''])), value);
      }
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
