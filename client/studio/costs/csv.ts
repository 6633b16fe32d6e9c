import type { Spending } from '../api/queries.ts';
import type { Period } from './period.ts';

/** The report as CSV: a row for each day, model and label. */
export function csvOf({ spending: { byDay, byModel, byLabel, otherLabels } }: Spending): string {
  const rows = [
    ['by', 'name', 'videos', 'cost_usd', 'final'],
    ...byDay.map(({ day, tasks, cost }) => ['day', day, tasks, cost.amount, cost.settled]),
    ...byModel.map(({ provider, model, tasks, cost }) => [
      'model',
      `${provider} ${model}`,
      tasks,
      cost.amount,
      cost.settled,
    ]),
    ...byLabel.map(({ label, tasks, cost }) => ['label', label ?? '', tasks, cost.amount, cost.settled]),
    ...(otherLabels === null ? [] : [['other labels', '', '', otherLabels.amount, otherLabels.settled]]),
  ];
  return rows.map((row) => row.map(cellOf).join(',')).join('\r\n');
}

/** Saves the report as a file. */
export function saveCsv(report: Spending, { from, to }: Period): void {
  // Excel reads UTF-8 only with its mark.
  const url = URL.createObjectURL(new Blob(['\uFEFF', csvOf(report)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `reelay-costs_${from}_${to}.csv`;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A label must not become a formula, nor two cells. */
function cellOf(value: string | number | boolean): string {
  const text = String(value);
  const plain = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
