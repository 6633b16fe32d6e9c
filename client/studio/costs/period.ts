/** A range of UTC days to report, as YYYY-MM-DD, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** The ranges to choose from. */
export const periodNames = ['month', 'lastMonth', 'days30', 'year'] as const;
/** A range to choose. */
export type PeriodName = (typeof periodNames)[number];

/** The range that a URL's query names; the present month by default. */
export const periodNameOf = (query: string): PeriodName =>
  periodNames.find((name) => name === new URLSearchParams(query).get('period')) ?? 'month';

/** The days of a range, as of `now`. Costs are counted by UTC days, as the budget is. */
export function periodOf(name: PeriodName, now: Date): Period {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (name) {
    case 'month':
      return { from: dayAt(year, month, 1), to: dayAt(year, month, date) };
    case 'lastMonth':
      return { from: dayAt(year, month - 1, 1), to: dayAt(year, month, 0) };
    case 'days30':
      return { from: dayAt(year, month, date - 29), to: dayAt(year, month, date) };
    case 'year':
      return { from: dayAt(year, month - 11, 1), to: dayAt(year, month, date) };
    default: {
      const impossible: never = name;
      return impossible;
    }
  }
}

/** All days of a range, those without costs too. */
export function daysOf({ from, to }: Period): readonly string[] {
  const days: string[] = [];
  const [year = 0, month = 0, date = 0] = from.split('-').map(Number);
  for (let next = 0; ; next++) {
    const day = dayAt(year, month - 1, date + next);
    if (day > to) return days;
    days.push(day);
  }
}

const dayAt = (year: number, month: number, date: number): string =>
  new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
