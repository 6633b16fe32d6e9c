import type { I18n } from '@lingui/core';
import type { Spending } from '../api/queries.ts';
import { day as dayName } from '../i18n/format.ts';
import type { Bar } from './day-chart.tsx';
import { daysOf, type Period } from './period.ts';

/** More bars than these are of months. */
const mostDays = 62;

/** The bars of a period: each day of it, or each month of a long one. */
export function barsOf(
  i18n: I18n,
  byDay: Spending['spending']['byDay'],
  period: Period,
): { readonly bars: readonly Bar[]; readonly isByMonth: boolean } {
  const days = daysOf(period);
  const isByMonth = days.length > mostDays;
  const keyOf = (day: string) => (isByMonth ? day.slice(0, 7) : day);
  const sums = new Map(days.map((day) => [keyOf(day), { amount: 0, tasks: 0 }]));
  for (const { day, cost, tasks } of byDay) {
    const sum = sums.get(keyOf(day));
    if (sum === undefined) continue;
    sum.amount += cost.amount;
    sum.tasks += tasks;
  }
  const nameOf = (key: string) =>
    isByMonth ? i18n.date(`${key}-15T12:00`, { month: 'short', year: 'numeric' }) : dayName(i18n, key);
  return { bars: [...sums].map(([key, sum]) => ({ key, name: nameOf(key), ...sum })), isByMonth };
}
