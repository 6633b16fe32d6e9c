import { Counter, type Registry } from 'prom-client';

/** A count without labels. Adding to it adds two numbers: some are added to for each message of each subscriber. */
export class Count {
  #value = 0;

  constructor(registry: Registry, name: string, help: string) {
    const read = (counter: Counter) => {
      counter.reset();
      counter.inc(this.#value);
    };
    // oxlint-disable-next-line no-new -- the registry keeps it
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        read(this);
      },
    });
  }

  add(count = 1): void {
    this.#value += count;
  }
}
