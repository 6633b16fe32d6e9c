import type { Task } from './task.ts';

/** Seconds as `m:ss`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Money as people write it; a dash where no price is known. */
export const money = (cost: { amount: number; currency: string } | null): string =>
  cost === null
    ? '–'
    : cost.currency === 'USD'
      ? `$${cost.amount.toFixed(2)}`
      : `${cost.amount} ${cost.currency}`;

/** What goes on with a task. */
export function stageInWords({ stage, progress }: Task): string {
  switch (stage) {
    case 'WAITING':
      return progress.queuePosition === null ? 'waiting' : `waiting, ${progress.queuePosition} before it`;
    case 'SUBMITTING':
      return 'sending';
    case 'SUBMISSION_UNKNOWN':
      return 'nobody knows whether it was sent';
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

const billedInWords = {
  YES: 'It is billed.',
  NO: 'It is not billed.',
  UNKNOWN: "Whether it is billed is not known: look at the provider's account.",
} as const;

/** Why a task failed, and whether that costs money. */
export const failureInWords = ({ error }: Task): string =>
  error === null
    ? 'The task failed.'
    : `The task failed (${error.code}): ${error.message} ${billedInWords[error.billed]}`;

/** Rows as columns of equal width; the last one is as wide as it likes. */
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

/** A text on one line, cut to a length. */
export function oneLine(text: string, length: number): string {
  const flat = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
}
