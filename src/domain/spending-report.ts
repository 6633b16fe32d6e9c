import type { ProviderName } from './video-task.ts';

/** What was spent on some tasks, estimates of unfinished ones included. */
export interface Spent {
  readonly usd: number;
  /** True if all of it was reported by providers. */
  readonly settled: boolean;
  /** Tasks that were sent or wait to be; one that was billed twice counts once. */
  readonly tasks: number;
}

/** The spending of an owner in a range of UTC days. */
export interface SpendingReport {
  readonly total: Spent;
  /** Days with tasks, as 2026-11-28, oldest first. */
  readonly byDay: readonly (Spent & { readonly day: string })[];
  /** The most expensive first. */
  readonly byModel: readonly (Spent & { readonly provider: ProviderName; readonly model: string })[];
  /** Null is for tasks without a label. The most expensive first, at most `mostLabels`. */
  readonly byLabel: readonly (Spent & { readonly label: string | null })[];
  /** All other labels together; null where there are none. */
  readonly otherLabels: Spent | null;
}

const dayMs = 86_400_000;
/** Labels in a report. */
export const mostLabels = 200;
/** Labels that are told apart while a report is made: later ones count as others. */
const trackedLabels = 20_000;
/** Models that are told apart; a name may be any that a provider accepted. */
const trackedModels = 1000;

/** Bookings of one day, model and label. Amounts in millionths of a dollar, so that sums stay exact. */
export interface Bookings {
  /** The UTC day, in days since 1970. */
  readonly day: number;
  readonly provider: string;
  readonly model: string;
  readonly label: string | null;
  readonly micros: number;
  readonly settled: boolean;
  /** Without second bills. */
  readonly tasks: number;
}

interface Sum {
  micros: number;
  settled: boolean;
  tasks: number;
}

/** Sums bookings, in any number, with bounded memory. */
export class SpendingSums {
  readonly #total: Sum = { micros: 0, settled: true, tasks: 0 };
  readonly #days = new Map<string, Sum>();
  readonly #models = new Map<string, Sum & { readonly provider: string; readonly model: string }>();
  readonly #labels = new Map<string | null, Sum>();
  readonly #others: Sum = { micros: 0, settled: true, tasks: 0 };

  add(bookings: Bookings): void {
    const { day, provider, model, label } = bookings;
    count(this.#total, bookings);
    count(entryOf(this.#days, new Date(day * dayMs).toISOString().slice(0, 10), newSum), bookings);
    const isKnown = this.#models.size < trackedModels || this.#models.has(`${provider} ${model}`);
    const name = isKnown ? model : 'other';
    count(
      entryOf(this.#models, `${provider} ${name}`, () => ({ ...newSum(), provider, model: name })),
      bookings,
    );
    const sum =
      this.#labels.size < trackedLabels || this.#labels.has(label)
        ? entryOf(this.#labels, label, newSum)
        : this.#others;
    count(sum, bookings);
  }

  report(): SpendingReport {
    const labels = [...this.#labels].toSorted(([, a], [, b]) => b.micros - a.micros || b.tasks - a.tasks);
    const others = labels.slice(mostLabels).reduce((sum, [, one]) => plus(sum, one), this.#others);
    return {
      total: spent(this.#total),
      byDay: [...this.#days]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, sum]) => ({ day, ...spent(sum) })),
      byModel: [...this.#models.values()]
        .toSorted((a, b) => b.micros - a.micros || b.tasks - a.tasks)
        .map(({ provider, model, ...sum }) => ({
          provider: provider as ProviderName,
          model,
          ...spent(sum),
        })),
      byLabel: labels.slice(0, mostLabels).map(([label, sum]) => ({ label, ...spent(sum) })),
      otherLabels: others.tasks === 0 ? null : spent(others),
    };
  }
}

const newSum = (): Sum => ({ micros: 0, settled: true, tasks: 0 });

function count(sum: Sum, { micros, settled, tasks }: Bookings): void {
  sum.micros += micros;
  sum.settled &&= settled;
  sum.tasks += tasks;
}

const plus = (a: Sum, b: Sum): Sum => ({
  micros: a.micros + b.micros,
  settled: a.settled && b.settled,
  tasks: a.tasks + b.tasks,
});

const spent = ({ micros, settled, tasks }: Sum): Spent => ({ usd: micros / 1_000_000, settled, tasks });

function entryOf<Key, Value>(entries: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const made = make();
  entries.set(key, made);
  return made;
}
