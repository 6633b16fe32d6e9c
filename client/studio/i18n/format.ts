import type { I18n } from '@lingui/core';

/** Dollars, with cents. */
export const money = (i18n: I18n, amount: number): string =>
  i18n.number(amount, {
    style: 'currency',
    currency: 'USD',
    maximumFractionDigits: amount < 1 ? 3 : 2,
    minimumFractionDigits: 2,
  });

/** Whole percent. */
export const percent = (i18n: I18n, value: number): string =>
  i18n.number(value / 100, { style: 'percent', maximumFractionDigits: 0 });

/** Seconds for people: 42 s, 1:05. */
export function duration(i18n: I18n, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return i18n.number(whole, { style: 'unit', unit: 'second', unitDisplay: 'short' });
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The time for today, day and time for other days. */
export const moment = (i18n: I18n, at: string): string =>
  i18n.date(at, { ...dayOf(at), hour: 'numeric', minute: '2-digit' });

/** The same with seconds, for steps in quick succession. */
export const clock = (i18n: I18n, at: string): string =>
  i18n.date(at, { ...dayOf(at), hour: 'numeric', minute: '2-digit', second: '2-digit' });

const dayOf = (at: string): Intl.DateTimeFormatOptions =>
  new Date(at).toDateString() === new Date().toDateString() ? {} : { day: 'numeric', month: 'short' };

/** A size in megabytes or kilobytes. */
export const size = (i18n: I18n, bytes: number): string =>
  bytes >= 1e6
    ? i18n.number(bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 })
    : i18n.number(Math.max(1, bytes / 1e3), { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
