import type { Task } from './task.ts';

/** Seconds as `m:ss`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Dollars with cents, and tenths of them where there are any: prices such as 0.075 must not look lower than they are. */
export const dollars = (amount: number): string => amount.toFixed(3).replace(/0$/, '');

/** An amount of money for people; a dash if it is unknown. */
export const money = (cost: { amount: number; currency: string } | null): string =>
  cost === null
    ? '–'
    : cost.currency === 'USD'
      ? `$${dollars(cost.amount)}`
      : `${cost.amount} ${cost.currency}`;

/** The stage of a task for people. */
export function describeStage({ stage, progress }: Task): string {
  switch (stage) {
    case 'WAITING':
      return progress.queuePosition === null ? 'waiting' : `waiting, ${progress.queuePosition} ahead`;
    case 'SUBMITTING':
      return 'sending';
    case 'SUBMISSION_UNKNOWN':
      return 'submission unknown';
    case 'GENERATING':
      return 'generating';
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
      return 'failed';
    case 'CANCELED':
      return 'canceled';
    default:
      return stage satisfies never;
  }
}

const billedTexts = {
  YES: 'It is billed.',
  NO: 'It is not billed.',
  UNKNOWN: 'Whether it is billed is unknown: check the provider account.',
} as const;

/** The reason why a task failed, and whether it is billed. */
export const describeFailure = ({ error }: Task): string =>
  error === null
    ? 'The task failed.'
    : `The task failed (${error.code}): ${error.message} ${billedTexts[error.billed]}`;

/** Rows as aligned columns. The last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(at === row.length - 1 ? 0 : (widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text on one line, cut to a length. */
export function oneLine(text: string, length: number): string {
  const flat = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
}
